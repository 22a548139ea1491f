package run

import (
	"context"
	"fmt"
	"strings"

	"brood/internal/digest"
	"brood/internal/event"
	"brood/internal/plan"
	"brood/internal/process"
	"brood/internal/slurm"
	"brood/internal/target"
)

// Follow takes up a run on a cluster again, from its job folder. Of the spec only the part
// about the log and the result counts; the job folder has the rest.
func Follow(dir string, spec Spec, std Streams) (Outcome, error) {
	folder, err := slurm.Open(dir)
	if err != nil {
		return Outcome{}, err
	}
	if err := folder.Alone(); err != nil {
		return Outcome{}, err
	}
	job := folder.Job
	if job.Commands != nil {
		return followCommands(folder, spec, std)
	}
	spec.Sources, spec.Dest, spec.Hash = job.AllSources(), string(job.Dest), digest.Hash(job.Hash)
	spec.Daemon, spec.Retries, spec.Cluster = job.Daemon, job.Retries, &Cluster{Slots: job.Jobs}
	tree := plan.Tree{Source: string(job.Root), Dest: spec.Dest}
	if job.Source != job.Root { // the sources are names in Root, and in other folders
		if named, err := plan.Named(spec.Sources, spec.Dest); err == nil {
			tree = named
		}
	}
	return execute(tree, &spec, std, &following{folder: folder})
}

// FollowsCommands tells whether a job folder is of brood run.
func FollowsCommands(dir string) bool {
	folder, err := slurm.Open(dir)
	return err == nil && folder.Job.Commands != nil
}

// Stop cancels all tasks of a run on a cluster, and returns how many there were.
func Stop(ctx context.Context, dir string) (tasks int, err error) {
	folder, err := slurm.Open(dir)
	if err != nil {
		return 0, err
	}
	if tasks, err = folder.Stop(ctx); err == nil && folder.Job.Commands == nil {
		r := &run{spec: &Spec{}, tree: plan.Tree{Source: string(folder.Job.Root), Dest: string(folder.Job.Dest)}}
		err = r.mark(folder.Job.Marker, target.Kwargs.Unmark)
	}
	if err != nil {
		return tasks, fmt.Errorf("stop: %w", err)
	}
	return tasks, nil
}

// following is a run on a cluster that this process follows, until it is over or left.
type following struct {
	*run
	folder *slurm.Folder
	output *delivery // of commands; nil for a copy
}

// do follows a run that another brood has submitted.
func (f *following) do(r *run) (ending, error) {
	f.run = r
	if f.output != nil {
		f.output.run = r
	}
	f.emit(f.spec.begunByTasks(f.folder.Job.Begun))
	beaten := f.folder.Beat()
	end, err := f.follow(func(options slurm.Options) (slurm.Outcome, error) {
		return f.folder.Follow(context.Background(), f.stops, options, f.emit)
	})
	beaten()
	if err != nil {
		return end, &BrokenOff{err}
	}
	return end, f.discard(f.folder, end)
}

// follow does the work of Folder.Run or Folder.Follow, while signals, the display and brood ps are served.
func (f *following) follow(work func(slurm.Options) (slurm.Outcome, error)) (end ending, err error) {
	if f.output != nil {
		defer func() { f.output.end(&end) }()
	}
	signals := f.watchSignals(clusterRungs(f.folder.Job.Daemon, f.folder.Path))
	f.display.listen()
	defer f.post()()
	options := slurm.Options{
		Halt: f.halt.stops,
		Mark: func() error { return f.markDest(target.Kwargs.Mark) },
	}
	if f.output != nil {
		options.Deliver = f.output.deliver
	}
	came, err := work(options)
	end.signal = signals.end()
	switch {
	case err != nil:
		return end, err
	case came.Left:
		end.detached = fmt.Sprintf("%s\nto see its progress and its result: brood follow %s",
			strings.Join(came.Arrays, " "), slurm.Quoted(f.folder.Path))
		if f.output != nil && !f.spec.Cluster.Detach { // this goes to the log
			end.detached = "to see all output and the result: brood follow " + slurm.Quoted(f.folder.Path)
		}
		return end, nil
	case came.Halted:
	case came.Stopped:
		end.partial = "the tasks were cancelled"
	case came.Partial && f.output != nil:
		end.partial = "not all items were read"
	case came.Partial:
		end.partial = "the source was not planned to its end; copy it again, and what is done is skipped"
	}
	if end.partial != "" && end.signal == 0 {
		f.emit(event.Event{Kind: event.Stopping, Reason: end.partial})
	}
	return end, f.markDest(target.Kwargs.Unmark)
}

// markDest makes or removes the marker in the destination. Commands have none.
func (f *following) markDest(config func(target.Kwargs, string) process.Config) error {
	if f.output != nil {
		return nil
	}
	return f.mark(f.folder.Job.Marker, config)
}
