package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
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

// copyByCluster is a run whose batches are copied by the tasks of a cluster. A dry run
// submits and writes nothing.
func copyByCluster(tree plan.Tree, spec *Spec, std Streams) (Outcome, error) {
	known, err := slurm.Ask(context.Background())
	if err != nil {
		return Outcome{}, err
	}
	request, err := newRequest(tree, spec)
	if err != nil {
		return Outcome{}, err
	}
	if name := spec.Cluster.JobFolder; name != "" {
		if err := outside(tree, "--job-dir", name, spec.Stall); err != nil {
			return Outcome{}, err
		}
	}
	return execute(tree, spec, std, &cluster{known: known, request: request})
}

// cluster is where a run submits its batches, and follows them.
type cluster struct {
	*run
	known   slurm.Cluster
	request slurm.Request
}

func (c *cluster) do(r *run) (ending, error) {
	c.run = r
	c.emit(c.spec.begunByTasks(time.Now()))
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	work, err := c.measure(ctx, true)
	if err != nil {
		return ending{}, err
	}
	if c.spec.DryRun {
		return c.preview(ctx, work)
	}
	return c.create(ctx, cancel, work)
}

// begunByTasks returns the event that begins a run on a cluster.
func (s *Spec) begunByTasks(at time.Time) event.Event {
	e := s.begun()
	e.Time, e.Slots = at, s.Cluster.Slots
	return e
}

// create makes the job folder and submits the batches. Where nothing could be submitted, it removes the folder.
func (c *cluster) create(ctx context.Context, cancel context.CancelFunc, work plan.Work) (ending, error) {
	folder, err := c.known.Create(c.spec.Cluster.jobFolder(string(c.request.Dest)), c.request, c.spec.Cluster.Throttle)
	if err != nil {
		return ending{}, err
	}
	end, err := c.submit(ctx, cancel, folder, work)
	return c.submitted(folder, end, err)
}

// submitted removes the job folder of a run where it serves nothing more.
func (r *run) submitted(folder *slurm.Folder, end ending, err error) (ending, error) {
	switch {
	case err != nil && folder.Submitted():
		err = fmt.Errorf("%w; what was submitted goes on: brood follow %s", err, slurm.Quoted(folder.Path))
		return end, &BrokenOff{err}
	case err != nil:
		return end, errors.Join(err, folder.Remove())
	}
	return end, r.discard(folder, end)
}

// submit plans the run and submits it, while a heartbeat shows that somebody follows.
func (c *cluster) submit(
	ctx context.Context, cancel context.CancelFunc, folder *slurm.Folder, work plan.Work,
) (ending, error) {
	defer folder.Beat()()
	measured := event.Event{Kind: event.Measured, Items: work.Files, Size: work.Bytes}
	planning, err := folder.Planning(measured, c.emit)
	if err != nil {
		return ending{}, fmt.Errorf("job folder %q: %w", folder.Path, err)
	}
	defer planning.Close()
	p, err := c.startBatches(ctx, work, planning.Emit)
	if err != nil {
		return ending{}, err
	}
	defer p.Wait()
	defer cancel()
	f := &following{run: c.run, folder: folder}
	return f.follow(func(options slurm.Options) (slurm.Outcome, error) {
		options.Cancel, options.Detach, options.Whole = cancel, c.spec.Cluster.Detach, planning.Whole
		return folder.Run(context.Background(), p, c.stops, options, c.emit)
	})
}

// startBatches starts the walk, whose batches are for tasks.
func (c *cluster) startBatches(ctx context.Context, work plan.Work, emit event.Sink) (*plan.Plan, error) {
	size := c.known.BatchSizeFor(work.Files, work.Bytes, c.spec.Cluster.Throttle)
	if n := c.spec.Cluster.PerTask; n > 0 {
		size.Files = n
	}
	return c.startPlan(ctx, size, 0, emit)
}

// preview returns what would be submitted.
func (c *cluster) preview(ctx context.Context, work plan.Work) (ending, error) {
	p, err := c.startBatches(ctx, work, c.emit)
	if err != nil {
		return ending{}, err
	}
	defer p.Wait()
	tasks, files, bytes, last := 0, 0, int64(0), false
	for batch := range p.Batches() {
		if last = last || batch.Folders; !batch.Folders {
			tasks, files, bytes = tasks+1, files+len(batch.Items), bytes+batch.Bytes
		}
		p.Done(batch)
	}
	if last {
		tasks++
	}
	script, commands := c.known.Preview(c.spec.Cluster.jobFolder(string(c.request.Dest)), c.request, tasks, last)
	return ending{detached: fmt.Sprintf("%s\n%s\n\nwould copy %d files, %s, by %d tasks",
		script, strings.Join(commands, "\n"), files, view.Bytes(bytes), tasks)}, nil
}

// discard removes the job folder when everything is done, unless the user has named it.
func (r *run) discard(folder *slurm.Folder, end ending) error {
	failed := r.status.Finished(time.Now()).Failed > 0
	if end.partial != "" || end.detached != "" || !folder.Job.Own || failed {
		return nil
	}
	return folder.Remove()
}

// newRequest returns what the spec asks of the cluster. Paths are absolute: a task may begin in another folder.
func newRequest(tree plan.Tree, spec *Spec) (slurm.Request, error) {
	wd, err := os.Getwd()
	absolute := func(path string) slurm.Exact {
		if strings.HasPrefix(path, "/") {
			return slurm.Exact(path)
		}
		return slurm.Exact(wd + "/" + path) // not cleaned: a link before .. is one on a node, too
	}
	c := spec.Cluster
	r := slurm.Request{
		Dest: absolute(spec.Dest), Root: absolute(tree.Source),
		Flags: slurm.ExactAll(c.Flags), Sbatch: slurm.ExactAll(c.Sbatch),
		Throttle: c.Throttle, Retries: spec.Retries,
		Daemon: spec.Daemon, Heartbeat: slurm.Seconds(c.Heartbeat.Seconds()),
		Own: c.JobFolder == "", Jobs: c.Slots, Hash: string(spec.Hash),
	}
	if len(spec.Sources) == 1 {
		r.Source = absolute(spec.Sources[0])
		return r, err
	}
	for _, source := range spec.Sources {
		r.Sources = append(r.Sources, absolute(source))
	}
	for _, root := range tree.More {
		r.More = append(r.More, absolute(root.Path))
	}
	return r, err
}

// jobFolder returns the job folder that the spec names, or else a new one beside the destination, where
// most nodes can see it. Where folders above the destination are missing, it lies beside the topmost of these.
func (c *Cluster) jobFolder(dest string) string {
	if c.JobFolder != "" {
		return c.JobFolder
	}
	path := filepath.Clean(dest)
	for parent := filepath.Dir(path); parent != path; parent = filepath.Dir(path) {
		if _, err := os.Stat(parent); err == nil {
			break
		}
		path = parent
	}
	return fmt.Sprintf("%s.brood-%s-%d", path, time.Now().Format("20060102-150405"), os.Getpid())
}

// clusterRungs returns the rungs of a run on a cluster.
func clusterRungs(daemon bool, folder string) []rung {
	if daemon {
		return []rung{
			{schedule.Terminate, "the tasks are cancelled; once more kills them"},
			{schedule.Kill, "the tasks are killed; once more ends this process, whatever holds it up"},
		}
	}
	return []rung{
		{schedule.Drain, "the rest is submitted, and the tasks go on; once more leaves at once. " +
			"To end them: brood stop " + slurm.Quoted(folder)},
		{schedule.Kill, "the tasks that were submitted go on; once more ends this process, whatever holds it up"},
	}
}

// mark has a child make or remove the marker in the destination. A node recognises the destination by it.
func (r *run) mark(name string, config func(target.Kwargs, string) process.Config) error {
	c := config(r.kwargs(0), name)
	var said strings.Builder
	c.Name, c.Stderr = "mark-1", &said
	child := process.New(c)
	if err := child.Start(); err != nil {
		return fmt.Errorf("dest %q: %w", r.tree.Dest, err)
	}
	defer child.Close()
	if ended, err := child.JoinTimeout(max(r.spec.Stall, grace)); err != nil || !ended {
		_ = child.Kill()
		_ = child.Abandon()
		return fmt.Errorf("dest %q: gives no answer", r.tree.Dest)
	}
	if exit, _ := child.Exit(); exit.Code != 0 {
		return fmt.Errorf("dest %q: %s", r.tree.Dest, strings.TrimSpace(said.String()))
	}
	return nil
}
