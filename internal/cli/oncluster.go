package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"brood/internal/event"
	"brood/internal/plan"
	"brood/internal/process"
	"brood/internal/schedule"
	"brood/internal/slurm"
	"brood/internal/target"
	"brood/internal/view"
)

// runCluster is a run whose work is done on a cluster. With dry-run nothing is submitted, or written.
func runCluster(tree plan.Tree, opts options, std Streams) error {
	known, err := slurm.Ask(context.Background())
	if err != nil {
		return err
	}
	root, source, dest, err := absolute(tree, opts)
	if err != nil {
		return err
	}
	if opts.cluster.dir != "" {
		if err := outside(tree, "job-dir", opts.cluster.dir, opts.plan.Stall); err != nil {
			return err
		}
	}
	request := opts.request(root, source, dest)
	return run(tree, opts, std, func(shown *progress, emit event.Sink) (ending, error) {
		emit(opts.begun(time.Now()))
		if opts.dryRun {
			return opts.preview(known, request, tree, emit)
		}
		return opts.create(known, request, tree, shown, emit)
	})
}

// create makes the job folder, once it is known how much there is to do, and submits the plan; where nothing could be
// submitted, the folder goes again.
func (o options) create(known slurm.Cluster, request slurm.Request, tree plan.Tree, shown *progress, emit event.Sink) (ending, error) {
	var measured event.Event
	work, err := measure(context.Background(), tree, o, true, func(e event.Event) {
		measured = e
		emit(e)
	})
	if err != nil {
		return ending{}, err
	}
	folder, err := known.Create(o.cluster.jobDir(string(request.Dest)), request, o.cluster.throttle)
	if err != nil {
		return ending{}, err
	}
	end, err := o.planned(known, folder, tree, work, measured, shown, emit)
	switch {
	case err != nil && folder.Submitted():
		return end, &brokenOff{fmt.Errorf("%w; what was submitted goes on: brood follow %s", err, slurm.Quoted(folder.Path))}
	case err != nil:
		return end, errors.Join(err, folder.Remove())
	}
	return end, letGo(folder, shown, end)
}

// planned plans the run and submits it, as somebody who is seen to be there.
func (o options) planned(known slurm.Cluster, folder *slurm.Folder, tree plan.Tree, work plan.Work, measured event.Event, shown *progress, emit event.Sink) (ending, error) {
	defer folder.Beat()()
	planning, err := folder.Planning(measured, emit)
	if err != nil {
		return ending{}, fmt.Errorf("job folder %q: %w", folder.Path, err)
	}
	defer planning.Close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	p, err := o.startChunks(ctx, known, tree, work, planning.Emit)
	if err != nil {
		return ending{}, err
	}
	defer p.Wait()
	defer cancel()
	return o.followed(folder, tree, shown, work.Files, emit, func(stops <-chan schedule.Stop, options slurm.Options, emit event.Sink) (slurm.Outcome, error) {
		options.Cancel, options.Detach, options.Whole = cancel, o.cluster.detach, planning.Whole
		return folder.Run(context.Background(), p, stops, options, emit)
	})
}

// letGo removes the job folder where all is done, and nobody has asked for it.
func letGo(folder *slurm.Folder, shown *progress, end ending) error {
	if end.partial != "" || end.left != "" || !folder.Job.Own || shown.status.Finished(time.Now()).Failed > 0 {
		return nil
	}
	return folder.Remove()
}

// absolute are the paths as a task has them, which may begin in another folder.
func absolute(tree plan.Tree, opts options) (root, source, dest string, err error) {
	wd, err := os.Getwd()
	join := func(path string) string {
		if strings.HasPrefix(path, "/") {
			return path
		}
		return wd + "/" + path // not cleaned: a link before .. is one on a node, too
	}
	return join(tree.Source), join(opts.source), join(opts.dest), err
}

// begun is the event by which the run begins.
func (o options) begun(at time.Time) event.Event {
	return event.Event{Time: at, Kind: event.Begun, Version: event.Version, PID: os.Getpid(), PPID: os.Getppid(),
		Source: o.source, Dest: o.dest, Jobs: o.cluster.jobs, Hash: string(o.copy.Hash), DryRun: o.dryRun}
}

// startChunks starts the plan, whose jobs are chunks.
func (o options) startChunks(ctx context.Context, known slurm.Cluster, tree plan.Tree, work plan.Work, emit event.Sink) (*plan.Plan, error) {
	o.plan.Chunk = known.ChunkFor(work.Files, work.Bytes, o.cluster.throttle)
	if n := o.cluster.perTask; n > 0 {
		o.plan.Chunk.Files = n
	}
	return startPlan(ctx, tree, o, emit)
}

// preview says what would be submitted.
func (o options) preview(known slurm.Cluster, request slurm.Request, tree plan.Tree, emit event.Sink) (ending, error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	work, err := measure(ctx, tree, o, true, emit)
	if err != nil {
		return ending{}, err
	}
	p, err := o.startChunks(ctx, known, tree, work, emit)
	if err != nil {
		return ending{}, err
	}
	defer p.Wait()
	tasks, files, bytes, last := 0, 0, int64(0), false
	for job := range p.Batches() {
		if last = last || job.Folders; !job.Folders {
			tasks, files, bytes = tasks+1, files+len(job.Items), bytes+job.Bytes
		}
		p.Done(job)
	}
	if last {
		tasks++
	}
	script, commands := known.Preview(o.cluster.jobDir(string(request.Dest)), request, tasks, last)
	return ending{left: fmt.Sprintf("%s\n%s\n\nwould copy %d files, %s, by %d tasks",
		script, strings.Join(commands, "\n"), files, view.Bytes(bytes), tasks)}, nil
}

// followed is a run on a cluster that this process follows, until it is over or left. files are those that there are to
// copy, of which --halt may want a share.
func (o options) followed(folder *slurm.Folder, tree plan.Tree, shown *progress, files int, emit event.Sink, follow func(<-chan schedule.Stop, slurm.Options, event.Sink) (slurm.Outcome, error)) (end ending, err error) {
	halts := make(chan schedule.Stop, 1)
	emit = o.halt.of(files).watch(emit, halts)
	stops := make(chan schedule.Stop, len(rungs)+1)
	ladder := watchSignals(clusterRungs(folder.Job.Daemon, folder.Path), stops, emit)
	shown.listen()
	defer shown.post()()
	came, err := follow(stops, slurm.Options{Halt: halts, Mark: func() error { return o.mark(tree, folder.Job.Marker, target.Kwargs.Mark) }}, emit)
	end.stopped = ladder.end()
	switch {
	case err != nil:
		return end, err
	case came.Left:
		end.left = fmt.Sprintf("%s\nits story and its end: brood follow %s", strings.Join(came.Arrays, " "), slurm.Quoted(folder.Path))
		return end, nil
	case came.Halted:
	case came.Stopped:
		end.partial = "the tasks were cancelled"
	case came.Partial:
		end.partial = "not all of the source was planned; what is done is skipped when it is copied once more"
	}
	if end.partial != "" && end.stopped == 0 {
		emit(event.Event{Kind: event.Stopping, Reason: end.partial})
	}
	return end, o.mark(tree, folder.Job.Marker, target.Kwargs.Unmark)
}

// clusterRungs are the steps of a run on a cluster.
func clusterRungs(daemon bool, dir string) []rung {
	if daemon {
		return []rung{
			{schedule.Terminate, "the tasks are cancelled; once more kills them"},
			{schedule.Kill, "the tasks are killed; once more ends this process, whatever holds it up"},
		}
	}
	return []rung{
		{schedule.Drain, "the rest is submitted, and the tasks go on; once more leaves at once. Their end: brood stop " + slurm.Quoted(dir)},
		{schedule.Kill, "the tasks that were submitted go on; once more ends this process, whatever holds it up"},
	}
}

// mark has a child make or remove the mark in the destination.
func (o options) mark(tree plan.Tree, name string, config func(target.Kwargs, string) process.Config) error {
	c := config(target.Kwargs{Source: tree.Source, Dest: tree.Dest, Options: o.copy, Folders: tree.Files()}, name)
	var said strings.Builder
	c.Name, c.Stderr = "mark-1", &said
	child := process.New(c)
	if err := child.Start(); err != nil {
		return fmt.Errorf("dest %q: %w", tree.Dest, err)
	}
	defer child.Close()
	if ended, err := child.JoinTimeout(max(o.plan.Stall, grace)); err != nil || !ended {
		_ = child.Kill()
		_ = child.Abandon()
		return fmt.Errorf("dest %q: gives no answer", tree.Dest)
	}
	if exit, _ := child.Exit(); exit.Code != 0 {
		return fmt.Errorf("dest %q: %s", tree.Dest, strings.TrimSpace(said.String()))
	}
	return nil
}
