package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"syscall"
	"time"

	"github.com/hashicorp/go-hclog"

	"brood/internal/event"
	"brood/internal/filecopy"
	"brood/internal/plan"
	"brood/internal/process"
	"brood/internal/schedule"
	"brood/internal/status"
	"brood/internal/target"
	"brood/internal/view"
)

// runCopy is brood copy: one plan, one run, one stream of events, and its views.
func runCopy(opts copyOptions, std Streams) error {
	tree, err := plan.Check(opts.source, opts.dest)
	if err != nil {
		return err
	}
	record, err := openRecord(opts.record, tree)
	if err != nil {
		return err
	}
	var state status.Run
	readers := []func(event.Event){state.Apply, record.read, view.Log(hclog.New(&opts.log))}
	names := bufio.NewWriter(std.Out)
	if opts.dryRun && !opts.quiet && !opts.json {
		readers = append(readers, view.Plan(names))
	}
	stream := event.NewStream(readers...)
	stopped, err := execute(tree, opts, stream.Emit)
	if err != nil {
		return errors.Join(err, record.close())
	}
	finished := state.Finished(time.Now())
	stream.Emit(finished)
	errs := errors.Join(record.close(), answer(names.Flush()), answer(summarize(opts, std, finished)))
	if errs != nil {
		fmt.Fprintf(std.Err, "brood: %s\n", printable(errs.Error()))
	}
	switch {
	case stopped != 0:
		return exitStatus(statusSignal + int(stopped))
	case finished.Failed > 0 || errs != nil:
		return exitStatus(statusFailed)
	}
	return nil
}

// execute does, or with dry-run says, what the plan has. It returns the signal that ended it early.
func execute(tree plan.Tree, opts copyOptions, emit event.Sink) (stopped syscall.Signal, err error) {
	slots, limited := slotsFor(opts.jobs)
	emit(event.Event{Kind: event.Begun, Version: event.Version, PID: os.Getpid(), PPID: os.Getppid(),
		Source: opts.source, Dest: opts.dest, Jobs: slots, DryRun: opts.dryRun})
	if opts.jobs != 0 && limited.Kind != "" {
		emit(limited)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	room := process.ArgRoom() - len(tree.Source) - len(tree.Dest)
	opts.plan.ArgRoom = max(room, 1) // where nothing fits, each file is its own clear error
	if opts.dryRun {
		opts.plan.PerChild = 1 // each file is said by itself
	}
	p, err := plan.Start(ctx, tree, opts.plan, emit)
	if err != nil {
		return 0, err
	}
	defer p.Wait()
	if opts.dryRun {
		sayPlan(p, emit)
		return 0, nil
	}
	ladder := watchSignals(opts.daemon, emit)
	schedule.Run(p, &schedule.Local{
		Config: func(j plan.Job) process.Config {
			return target.Job{Source: tree.Source, Dest: tree.Dest, Options: opts.copy}.Copy(j.Names)
		},
		Name:   opts.name,
		Daemon: opts.daemon,
	}, schedule.Options{
		Slots: slots,
		Full:  func() { emitLimited(opts.jobs, limited, emit) },
		Grace: grace, Stop: ladder.stops, Cancel: cancel,
	}, emit)
	process.Finish(grace)
	return ladder.end(), nil
}

// slotsFor is how many children run at once when so many are asked for (0: all),
// and, where the system has no room for these, the event that says so.
func slotsFor(asked int) (slots int, limited event.Event) {
	limit, reason := process.Limit()
	if asked > 0 && asked <= limit {
		return asked, event.Event{}
	}
	return limit, event.Event{Kind: event.Limited, Jobs: limit, Asked: asked, Reason: reason}
}

// emitLimited: "all at once" becomes fewer than asked for only when there are that many.
func emitLimited(asked int, limited event.Event, emit event.Sink) {
	if asked == 0 && limited.Jobs < math.MaxInt {
		emit(limited)
	}
}

func summarize(opts copyOptions, std Streams, finished event.Event) error {
	switch {
	case opts.json:
		return event.Write(std.Out, finished)
	case opts.quiet:
		return nil
	default:
		return view.Summary(std.Out, finished)
	}
}

// answer is the error of writing to standard output.
func answer(err error) error {
	if errors.Is(err, syscall.EPIPE) {
		return nil // whoever reads has had enough
	}
	if err != nil {
		return fmt.Errorf("standard output: %w", filecopy.Cause(err))
	}
	return nil
}
