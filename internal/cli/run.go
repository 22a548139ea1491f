package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/hashicorp/go-hclog"

	"brood/internal/event"
	"brood/internal/filecopy"
	"brood/internal/pace"
	"brood/internal/plan"
	"brood/internal/process"
	"brood/internal/schedule"
	"brood/internal/target"
	"brood/internal/view"
)

// runCopy is brood copy.
func runCopy(opts options, std Streams) error {
	if err := opts.readFailed(std); err != nil {
		return err
	}
	if opts.task.dir != "" {
		return runTask(opts, std)
	}
	tree, err := plan.Check(opts.source, opts.dest, opts.plan.Stall)
	if err != nil {
		return err
	}
	defer tree.Folders.Close()
	if opts.cluster.on {
		return runCluster(tree, opts, std)
	}
	return runHere(tree, opts, std)
}

// measure tells what there is to do, where somebody wants to know, and is an error
// when the destination has no room for it, unless that is to be tried. It walks the whole source.
func measure(ctx context.Context, tree plan.Tree, opts options, wanted bool, emit event.Sink) (plan.Work, error) {
	work, known, err := plan.Measure(ctx, tree, opts.plan, plan.Question{
		Work: wanted || opts.halt.percent > 0 && !opts.dryRun, Compare: opts.compare,
		Room: !opts.compare && !opts.force, Written: opts.copy.Hash != "",
	})
	if short := new(plan.Shortage); errors.As(err, &short) {
		return work, &usageError{err, fmt.Sprintf("needed %s, free %s; --force copies what fits", view.Bytes(short.Needed.Bytes), view.Bytes(short.Free.Bytes))}
	}
	if known {
		emit(event.Event{Kind: event.Measured, Files: work.Files, Size: work.Bytes})
	}
	return work, err
}

// runHere is a run on this machine.
func runHere(tree plan.Tree, opts options, std Streams) error {
	if err := opts.canConfine(std); err != nil {
		return err
	}
	bucket, err := shareRate(opts.bwlimit)
	if err != nil {
		return err
	}
	if bucket != nil {
		defer bucket.Close()
	}
	return run(tree, opts, std, func(shown *progress, emit event.Sink) (ending, error) {
		if err := settleDown(opts); err != nil {
			return ending{}, err
		}
		stopped, err := execute(tree, opts, bucket, shown, emit)
		return ending{stopped: stopped, strayed: strayed(tree, shown)}, err
	})
}

// ending is how a run came to its end.
type ending struct {
	stopped syscall.Signal // that ended it early; 0 for none
	left    string         // the message when it goes on elsewhere; "" when it does not
	partial string         // why not all was done of what there is to do; "" when it was
	strayed []string       // warnings about folders whose paths lead elsewhere by now
}

// run is one run, one stream of events, and its views.
func run(tree plan.Tree, opts options, std Streams, do func(*progress, event.Sink) (ending, error)) error {
	files, err := openOutputs(opts, tree)
	if err != nil {
		return err
	}
	debug.SetGCPercent(parentGC)
	// A progress that is shown is drawn by who writes the log.
	story := newStory(&opts.log)
	shown := showProgress(opts, std, story)
	var end ending
	defer func() { endStory(story, end.stopped) }()
	process.NotSuspended(func(why string) { opts.say(story, hclog.Warn, "Ctrl-Z is ignored: "+why) })
	defer process.NotSuspended(nil)
	names := bufio.NewWriter(std.Out)
	stream := event.NewStream(shown.status.Read, files.read, view.Log(hclog.New(&opts.log)), lister(opts, names))
	end, err = do(shown, stream.Emit)
	shown.end()
	if err != nil {
		return errors.Join(err, files.close())
	}
	finished := shown.status.Finished(time.Now())
	if end.left == "" {
		stream.Emit(finished)
	}
	for _, words := range end.strayed {
		opts.say(story, hclog.Warn, words)
	}
	story.Drain(grace) // the answer comes after it
	errs := errors.Join(files.close(), answer(names.Flush()), answer(conclude(opts, std, finished, end)))
	if errs != nil {
		opts.say(story, hclog.Error, errs.Error())
	}
	return statusOf(finished, end, errs)
}

// conclude is the answer of a run.
func conclude(opts options, std Streams, finished event.Event, end ending) error {
	if end.left != "" {
		_, err := fmt.Fprintln(std.Out, end.left)
		return err
	}
	return summarize(opts, std, finished)
}

// statusOf is the exit status of a run, as an error.
func statusOf(finished event.Event, end ending, errs error) error {
	switch {
	case end.stopped != 0:
		return exitStatus(statusSignal + int(end.stopped))
	case end.left == "" && finished.Failed+finished.Different+finished.Missing+finished.Extra > 0, end.partial != "", errs != nil:
		return exitStatus(statusFailed)
	}
	return nil
}

// parentGC is the GOGC of a parent: its work is to wait. With 5,000 children alive it
// has 22 MiB instead of 26, and takes no longer.
const parentGC = 50

// lister writes the names that are part of the answer: what a dry run would copy,
// or what is not the same on both sides.
func lister(opts options, out io.Writer) func(event.Event) {
	switch {
	case opts.quiet:
	case opts.compare && opts.json:
		return view.DifferencesJSON(out)
	case opts.compare:
		return view.Differences(out)
	case opts.dryRun && !opts.json:
		return view.Plan(out)
	}
	return func(event.Event) {}
}

// execute does, or with dry-run says, what the plan has. It returns the signal that ended it early.
func execute(tree plan.Tree, opts options, bucket *pace.Bucket, shown *progress, emit event.Sink) (stopped syscall.Signal, err error) {
	slots, most, limited := slotsFor(opts.jobs, opts.auto)
	emit(event.Event{Kind: event.Begun, Version: event.Version, PID: os.Getpid(), PPID: os.Getppid(),
		Source: opts.source, Dest: opts.dest, Jobs: slots, Auto: opts.auto, Hash: string(opts.copy.Hash), DryRun: opts.dryRun, Verify: opts.compare})
	if opts.jobs != 0 && limited.Kind != "" {
		emit(limited)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if opts.dryRun {
		opts.plan.PerChild, opts.plan.Guided = 1, false // each file is said by itself
		opts.plan.Recheck = false                       // what is there is looked at by a child, and there is none
	}
	work, err := measure(ctx, tree, opts, shown.wanted(), emit)
	if err != nil {
		return 0, err
	}
	// With --jobs 0 a job hardly ever waits, and so has the least of work. With --jobs auto the search may come to
	// more children: their jobs are larger than need be, by a fraction of a second at the end.
	opts.plan.Slots = slots
	stops := make(chan schedule.Stop, len(rungs)+1) // all that there can be: of signals, and of the halt
	emit = opts.halt.of(work.Files).watch(emit, stops)
	p, err := startPlan(ctx, tree, opts, emit)
	if err != nil {
		return 0, err
	}
	defer p.Wait()
	if opts.dryRun {
		sayPlan(p, emit)
		return 0, nil
	}
	ladder := watchSignals(hereRungs(opts.daemon), stops, emit)
	shown.listen()
	jobs, err := withDest(p, tree, opts, stops)
	if jobs != nil && err == nil {
		schedule.Run(jobs, local(tree, opts, bucket), scheduling(opts, slots, most, limited, stops, cancel, emit), emit)
	}
	cancel()
	process.Finish(grace)
	return ladder.end(), err
}

// local is the engine of this machine.
func local(tree plan.Tree, opts options, bucket *pace.Bucket) *schedule.Local {
	return &schedule.Local{Config: processes(tree, opts, bucket), Board: boardOf(bucket), Name: opts.name, Daemon: opts.daemon}
}

func scheduling(opts options, slots, most int, limited event.Event, stops <-chan schedule.Stop, cancel func(), emit event.Sink) schedule.Options {
	return schedule.Options{
		Slots: slots, Most: most, Room: opts.admission.room(),
		Full:  func() { emitLimited(opts.jobs, limited, emit) },
		Grace: grace, Stop: stops, Cancel: cancel,
		Look: 200 * time.Millisecond,
		// The more children there are, the rarer each one has a turn.
		Silence: func(children int) time.Duration {
			return max(3*time.Second, time.Duration(children)*12*time.Millisecond)
		},
		Stall: opts.plan.Stall, Timeout: opts.timeout, Retries: opts.retries,
	}
}

// startPlan starts the plan of a run.
func startPlan(ctx context.Context, tree plan.Tree, opts options, emit event.Sink) (*plan.Plan, error) {
	opts.plan.ArgRoom = argRoom(tree)
	if opts.compare {
		return plan.StartCompare(ctx, tree, opts.plan, emit)
	}
	return plan.Start(ctx, tree, opts.plan, emit)
}

// argRoom is how many bytes of names fit on a child's command line; where nothing fits, each file is its own clear error.
func argRoom(tree plan.Tree) int {
	return max(process.ArgRoom()-len(tree.Source)-len(tree.Dest), 1)
}

// processes says which process does a job; all keep to the rate of the bucket.
func processes(tree plan.Tree, opts options, bucket *pace.Bucket) func(plan.Batch, int) process.Config {
	return func(j plan.Batch, slot int) (c process.Config) {
		shared := sharedFor(j, bucket)
		if shared == nil {
			slot = 0
		}
		job := target.Kwargs{
			Source: tree.Source, Dest: tree.Dest, Options: opts.copy, Confine: opts.confine,
			Slot: slot, Folders: tree.Files(),
		}
		switch {
		case opts.compare:
			c = job.Verify(j.Items)
		case len(j.Firsts) > 0:
			c = job.Link(j.Firsts, j.Items)
		default:
			c = job.Copy(j.Items)
		}
		c.Shared, c.Limits = shared, opts.limits
		return c
	}
}

// emitLimited: "all at once" becomes fewer than asked for only when there are that many.
func emitLimited(asked int, limited event.Event, emit event.Sink) {
	if asked == 0 && limited.Jobs < math.MaxInt {
		emit(limited)
	}
}

func summarize(opts options, std Streams, finished event.Event) error {
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
