package run

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
	"brood/internal/view"
)

// CopyBatch is a task of a run on a cluster: it copies the items of one batch. Whoever
// follows the run reads its events in the job folder, also why it could not begin.
func CopyBatch(spec Spec) (Outcome, error) {
	return inTask(spec, func(r *run, t *slurm.Task, _ *taskFiles) (syscall.Signal, error) {
		n := &node{Task: t, local: &local{run: r, slots: newSlots(r.spec)}}
		return n.do()
	})
}

// taskFiles are what a task writes into the job folder.
type taskFiles struct {
	record *os.File
	spool  *os.File // of commands; nil for a copy
}

// inTask does the work of a task while its events are written to the job folder.
func inTask(spec Spec, do func(*run, *slurm.Task, *taskFiles) (syscall.Signal, error)) (Outcome, error) {
	folder, err := slurm.Open(spec.Task.JobFolder)
	if err != nil {
		return Outcome{}, err
	}
	t, err := folder.Task(spec.Task.Batch, spec.Task.Generation, spec.Task.Again, os.Getenv)
	if err != nil {
		return Outcome{}, err
	}
	var files taskFiles
	files.record, err = t.Record()
	if err == nil && spec.Command != nil {
		files.spool, err = t.Spool(files.record)
	}
	if err != nil {
		return Outcome{}, fmt.Errorf("job folder %q: %w", folder.Path, err)
	}
	debug.SetGCPercent(parentGC)
	diary := slurm.NewDiary(files.record, files.spool, folder.Job.Every.Duration())
	spec.Log.Level = hclog.Error // the follower logs the rest
	r := &run{spec: &spec, stops: make(chan schedule.Stop, stopsAtMost)}
	r.stream = event.NewStream(r.status.Read, diary.Read, view.Log(hclog.New(&spec.Log)))
	signal, err := do(r, t, &files)
	finished := r.status.Finished(time.Now())
	if err != nil {
		finished.Error = err.Error()
	}
	r.emit(finished)
	if diaryErr := diary.Close(); diaryErr != nil {
		err = errors.Join(err, fmt.Errorf("job folder %q: record: %w", folder.Path, diaryErr))
	}
	return Outcome{Signal: signal, Failed: finished.Failed > 0}, err
}

// node is a node of the cluster, on which this task runs.
type node struct {
	*slurm.Task
	*local
}

// do copies the items of the list. An error means that nothing was begun.
func (n *node) do() (signal syscall.Signal, err error) {
	begun := n.spec.begun()
	begun.Node, begun.Task, begun.Slots, begun.Auto = n.Node, n.ID, n.slots.count, n.spec.Auto
	list, err := n.openList()
	if err == nil {
		begun.File, begun.Items, begun.Size = list.First, list.Files, list.Bytes
	}
	n.emit(begun)
	if err != nil {
		return 0, err
	}
	if err := n.check(); err != nil {
		return 0, err
	}
	defer n.tree.Folders.Close()
	if n.bucket, err = shareRate(n.spec.Rate); err != nil {
		return 0, err
	}
	defer closeRate(n.bucket)
	n.shared = shareSlots(n.spec)
	defer n.shared.Close()
	return n.copy(list)
}

// openList reads the list from its beginning to its end.
func (n *node) openList() (*plan.Listed, error) {
	file, err := os.Open(n.List())
	if err != nil {
		return nil, fmt.Errorf("on node %s: %w", n.Node, err)
	}
	defer file.Close()
	o := n.spec.planOptions(n.slots.count)
	o.ArgRoom = argRoom(plan.TreeOf(n.spec.Sources, n.spec.Dest))
	list, err := plan.OpenList(file, o, nil)
	if err == nil && list.Roots > len(n.spec.Sources) {
		err = fmt.Errorf("%w: has names of %d sources, want %d", plan.ErrNoList, list.Roots, len(n.spec.Sources))
	}
	if err != nil {
		return nil, fmt.Errorf("list %q: on node %s: %w", n.List(), n.Node, err)
	}
	return list, nil
}

// check opens source and destination, and returns an error unless they are the ones that
// the submitting machine sees, and this process may do the work.
func (n *node) check() (err error) {
	if len(n.Job.Sources) > 0 { // of several sources a task has the roots
		n.tree, err = plan.Open(n.spec.Sources, n.spec.Dest, n.spec.Stall)
	} else {
		n.tree, err = plan.Check(n.spec.Sources, n.spec.Dest, n.spec.Stall)
	}
	if err != nil {
		return err
	}
	if err = n.Check(n.tree); err == nil && !n.tree.Folders.Complete() {
		err = n.tree.OpenDest(n.spec.Stall) // it was made while the task waited for its marker
	}
	if err == nil {
		err = prepare(n.spec)
	}
	return err
}

// copy hands out the list, until all is done or a stop ends that.
func (n *node) copy(list *plan.Listed) (signal syscall.Signal, err error) {
	file, err := os.Open(n.List())
	if err != nil {
		return 0, err
	}
	defer file.Close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	wait := list.Start(ctx, file)
	signals := n.watchSignals(localRungs(n.spec.Daemon))
	var watching sync.WaitGroup
	watching.Go(func() { n.watch(ctx) })
	schedule.Run(list, n.engine(), n.options(cancel), n.emit)
	process.Finish(grace)
	cancel()
	watching.Wait()
	signal = signals.end()
	return signal, wait()
}

// watch is the controller that ends the run when the task is not wanted any more.
func (n *node) watch(ctx context.Context) {
	n.Watch(ctx, func(why string) {
		n.emit(event.Event{Kind: event.Stopping, Reason: why})
		n.stops <- schedule.Terminate
	})
}
