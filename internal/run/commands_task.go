package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"syscall"

	"brood/internal/command"
	"brood/internal/event"
	"brood/internal/output"
	"brood/internal/plan"
	"brood/internal/process"
	"brood/internal/schedule"
	"brood/internal/slurm"
)

// CommandBatch is a task of a run of commands on a cluster: it runs the commands of one list. Whoever follows the run
// reads its events and the output in the job folder.
func CommandBatch(spec Spec) (Outcome, error) {
	return inTask(spec, func(r *run, t *slurm.Task, files *taskFiles) (syscall.Signal, error) {
		n := &commandNode{
			Task: t, taskFiles: files,
			commands: &commands{Command: spec.Command, retries: spec.Retries, run: r},
		}
		return n.do()
	})
}

// commandNode is a node of the cluster, on which this task runs.
type commandNode struct {
	*slurm.Task
	*taskFiles
	*commands
}

// do runs the commands of the list. An error means that nothing was begun.
func (n *commandNode) do() (signal syscall.Signal, err error) {
	spec := n.run.spec
	if n.Job.Commands == nil {
		return 0, fmt.Errorf("job folder %q: is not of brood run", n.Path)
	}
	slots := newSlots(spec)
	begun := spec.begun()
	begun.Node, begun.Task, begun.Slots = n.Node, n.ID, slots.count
	err = n.eachCommand(func(b plan.Batch) error {
		if begun.Items++; begun.Items == 1 {
			begun.File = b.Items[0]
		}
		return nil
	})
	n.run.emit(begun)
	if err != nil {
		return 0, err
	}
	if err := process.Prepare(spec.Limits); err != nil {
		return 0, err
	}
	if err := n.parse(command.Options{Names: slurm.Plain(n.Job.Commands.Names)}); err != nil {
		return 0, fmt.Errorf("on node %s: %w", n.Node, err)
	}
	done, err := n.Task.Done(n.record)
	if err != nil {
		return 0, err
	}
	nowhere, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return 0, err
	}
	defer nowhere.Close()
	to := output.Options{Out: nowhere, Err: nowhere, Spool: n.spool, Kept: keptAtMost()}
	if n.output, err = output.New(to); err != nil {
		return 0, fmt.Errorf("on node %s: %w", n.Node, err)
	}
	signal, err = n.work(slots, done)
	return signal, errors.Join(err, n.output.Close())
}

// eachCommand calls do for each command of the list.
func (n *commandNode) eachCommand(do func(plan.Batch) error) error {
	file, err := os.Open(n.List())
	if err == nil {
		defer file.Close()
		err = slurm.ReadCommands(file, do)
	}
	if err != nil {
		return fmt.Errorf("list %q: on node %s: %w", n.List(), n.Node, err)
	}
	return nil
}

// work runs the commands that are not done, until the list ends or a stop ends that.
func (n *commandNode) work(slots slots, done map[int]bool) (signal syscall.Signal, err error) {
	reading, cancel := context.WithCancel(context.Background())
	list := &listSource{commands: n.commands, batches: make(chan plan.Batch)}
	go func() {
		defer close(list.batches)
		list.err = n.eachCommand(func(b plan.Batch) error {
			if done[b.Seq] {
				return nil
			}
			select {
			case list.batches <- b:
			case <-reading.Done():
			}
			return reading.Err()
		})
	}()
	signals := n.run.watchSignals(localRungs(true))
	ctx, end := context.WithCancel(context.Background())
	stops := make(chan schedule.Stop, stopsAtMost)
	var watching sync.WaitGroup
	watching.Go(func() { n.pass(ctx, stops) })
	watching.Go(func() {
		n.Watch(ctx, func(why string) {
			n.run.emit(event.Event{Kind: event.Stopping, Reason: why})
			n.run.stops <- schedule.Terminate
		})
	})
	n.schedule(list, slots, stops, cancel)
	end()
	watching.Wait()
	signal = signals.end()
	for range list.batches { // until the reader of the list has ended
	}
	if errors.Is(list.err, context.Canceled) {
		return signal, nil
	}
	return signal, list.err
}

// pass passes stops on to the scheduler. Before that it emits Stopping, so that the record tells of the stop before the
// failures that are due to it. Another attempt runs these commands again.
func (n *commandNode) pass(ctx context.Context, to chan<- schedule.Stop) {
	for {
		select {
		case stop := <-n.run.stops:
			n.run.emit(event.Event{Kind: event.Stopping, Reason: "the task is being ended"})
			to <- stop
		case <-ctx.Done():
			return
		}
	}
}

// listSource has the commands of a list.
type listSource struct {
	*commands
	batches chan plan.Batch
	err     error // valid once batches is closed
}

// Batches implements schedule.Source.
func (l *listSource) Batches() <-chan plan.Batch { return l.batches }

// Done implements schedule.Source.
func (l *listSource) Done(batch plan.Batch) { l.settle(batch) }
