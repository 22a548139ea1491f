package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"sync"
	"syscall"
	"time"

	"github.com/hashicorp/go-hclog"

	"brood/internal/event"
	"brood/internal/plan"
	"brood/internal/process"
	"brood/internal/schedule"
	"brood/internal/slurm"
	"brood/internal/status"
	"brood/internal/view"
)

// task is what the command line of a task says, which does a chunk of a job on a node of a cluster.
type task struct {
	dir        string
	chunk      int
	generation int
	again      bool
}

// runTask copies the names of a list. Its events, and why it could not begin, are read by who follows the job.
func runTask(opts options, std Streams) error {
	folder, err := slurm.Open(opts.task.dir)
	if err != nil {
		return err
	}
	t, err := folder.Task(opts.task.chunk, opts.task.generation, opts.task.again, os.Getenv)
	if err != nil {
		return err
	}
	record, err := t.Record()
	if err != nil {
		return fmt.Errorf("job folder %q: %w", folder.Path, err)
	}
	diary := slurm.NewDiary(record, folder.Job.Every.Duration())
	debug.SetGCPercent(parentGC)
	opts.log.Level = hclog.Error // it is told by who follows
	state := &status.Fold{}
	stream := event.NewStream(state.Read, diary.Read, view.Log(hclog.New(&opts.log)))
	stopped, err := doTask(t, opts, stream.Emit)
	finished := state.Finished(time.Now())
	if err != nil {
		finished.Error = err.Error()
	}
	stream.Emit(finished)
	if diaryErr := diary.Close(); diaryErr != nil {
		err = errors.Join(err, fmt.Errorf("job folder %q: record: %w", folder.Path, diaryErr))
	}
	if err != nil {
		return err
	}
	return statusOf(finished, ending{stopped: stopped}, nil)
}

// doTask does what is on the list. An error means that nothing was begun.
func doTask(t *slurm.Task, opts options, emit event.Sink) (stopped syscall.Signal, err error) {
	slots, most, limited := slotsFor(opts.jobs, opts.auto)
	opts.plan.Slots = slots
	begun := event.Event{Kind: event.Begun, Version: event.Version, PID: os.Getpid(), PPID: os.Getppid(), Node: t.Node, Task: t.ID,
		Source: opts.source, Dest: opts.dest, Jobs: slots, Auto: opts.auto, Hash: string(opts.copy.Hash)}
	list, err := openList(t, opts)
	if err == nil {
		begun.File, begun.Files, begun.Size = list.First, list.Files, list.Bytes
	}
	emit(begun)
	if err != nil {
		return 0, err
	}
	tree, err := checkTask(t, opts)
	if err != nil {
		return 0, err
	}
	defer tree.Folders.Close()
	bucket, err := shareRate(opts.bwlimit)
	if err != nil {
		return 0, err
	}
	if bucket != nil {
		defer bucket.Close()
	}
	return runList(t, list, opts, func(stops <-chan schedule.Stop, cancel func()) {
		schedule.Run(list, local(tree, opts, bucket), scheduling(opts, slots, most, limited, stops, cancel, emit), emit)
	}, emit)
}

// checkTask is an error unless this node sees what the job is about, and this process may do it.
func checkTask(t *slurm.Task, opts options) (plan.Tree, error) {
	tree, err := plan.Check(opts.source, opts.dest, opts.plan.Stall)
	if err == nil {
		err = t.Check(tree.Source, tree.Dest)
	}
	if err == nil && !tree.Folders.Complete() { // it was made while the task waited for its mark
		err = tree.OpenDest(opts.plan.Stall)
	}
	if err == nil {
		err = settleDown(opts)
	}
	return tree, err
}

// runList hands out the list, to whoever do has do it, until that returns.
func runList(t *slurm.Task, list *plan.Listed, opts options, do func(stops <-chan schedule.Stop, cancel func()), emit event.Sink) (stopped syscall.Signal, err error) {
	file, err := os.Open(t.List())
	if err != nil {
		return 0, err
	}
	defer file.Close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	wait := list.Start(ctx, file)
	stops := make(chan schedule.Stop, len(rungs)+1)
	ladder := watchSignals(hereRungs(opts.daemon), stops, emit)
	unwatch := watchTask(ctx, t, stops, emit)
	do(stops, cancel)
	process.Finish(grace)
	cancel()
	unwatch()
	stopped = ladder.end()
	return stopped, wait()
}

// openList reads the list from its beginning to its end.
func openList(t *slurm.Task, opts options) (*plan.Listed, error) {
	file, err := os.Open(t.List())
	if err != nil {
		return nil, fmt.Errorf("on node %s: %w", t.Node, err)
	}
	defer file.Close()
	opts.plan.ArgRoom = argRoom(plan.Tree{Source: opts.source, Dest: opts.dest})
	list, err := plan.OpenList(file, opts.plan, nil)
	if err != nil {
		return nil, fmt.Errorf("list %q: on node %s: %w", t.List(), t.Node, err)
	}
	return list, nil
}

// watchTask ends the run when the task is not wanted any more; unwatch waits until nobody watches.
func watchTask(ctx context.Context, t *slurm.Task, stops chan<- schedule.Stop, emit event.Sink) (unwatch func()) {
	var watching sync.WaitGroup
	watching.Go(func() {
		t.Watch(ctx, func(why string) {
			emit(event.Event{Kind: event.Stopping, Reason: why})
			stops <- schedule.Terminate
		})
	})
	return watching.Wait
}
