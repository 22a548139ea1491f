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
	"brood/internal/output"
	"brood/internal/plan"
	"brood/internal/slurm"
)

// byCluster runs the commands by the tasks of a cluster. A dry run submits and writes nothing.
//
//	itemSource ── commands ─▶ taskSource ── lists of them ─▶ slurm.Folder.Run ══ job folder ══▶ commandNode
//	                                  delivery ◀── outcomes ─┘                 ◀══ output ═══
func (c *commands) byCluster(spec *Spec, std Streams) (Outcome, error) {
	known, err := slurm.Ask(context.Background())
	if err != nil {
		return Outcome{}, err
	}
	request, err := c.request(spec)
	if err != nil {
		return Outcome{}, err
	}
	return execute(plan.Tree{}, spec, std, &commandCluster{commands: c, known: known, request: request})
}

// request returns what the spec asks of the cluster. Paths are absolute: brood follow may begin in another folder.
func (c *commands) request(spec *Spec) (slurm.Request, error) {
	wd, err := os.Getwd()
	k, results := spec.Cluster, c.Command.Output.Results
	if results != "" && !filepath.IsAbs(results) {
		results = filepath.Join(wd, results)
	}
	return slurm.Request{
		Flags: slurm.ExactAll(k.Flags), Sbatch: slurm.ExactAll(k.Sbatch),
		Throttle: k.Throttle, Retries: spec.Retries,
		Daemon: spec.Daemon, Heartbeat: slurm.Seconds(k.Heartbeat.Seconds()),
		Own: k.JobFolder == "", Jobs: k.Slots,
		Commands: &slurm.Commands{
			Words: slurm.ExactAll(c.Words), Names: slurm.ExactAll(c.items.Names()), Dir: slurm.Exact(wd),
			Ordered: c.Command.Output.Ordered, Results: slurm.Exact(results),
		},
	}, err
}

// commandCluster is where a run submits its commands, and follows them.
type commandCluster struct {
	*commands
	known   slurm.Cluster
	request slurm.Request
}

func (c *commandCluster) do(r *run) (ending, error) {
	c.run, c.emit = r, r.emit
	r.emit(r.spec.begunByTasks(time.Now()))
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if r.spec.DryRun {
		return c.preview(ctx)
	}
	folder, err := c.known.Create(c.jobFolder(), c.request, r.spec.Cluster.Throttle)
	if err != nil {
		return ending{}, err
	}
	end, err := c.submit(ctx, cancel, folder)
	return r.submitted(folder, end, err)
}

// jobFolder returns the job folder that the spec names, or else a new one in the current folder, which all nodes must
// see in any case.
func (c *commandCluster) jobFolder() string {
	if name := c.run.spec.Cluster.JobFolder; name != "" {
		return name
	}
	return fmt.Sprintf("%s/brood-%s-%d", c.request.Commands.Dir, time.Now().Format("20060102-150405"), os.Getpid())
}

// submit reads the items and submits their commands, while a heartbeat shows that somebody follows.
func (c *commandCluster) submit(ctx context.Context, cancel func(), folder *slurm.Folder) (ending, error) {
	defer folder.Beat()()
	planning, err := folder.Planning(event.Event{}, c.run.emit)
	if err != nil {
		return ending{}, fmt.Errorf("job folder %q: %w", folder.Path, err)
	}
	defer planning.Close()
	c.emit = planning.Emit
	items := newItemSource(ctx, c.commands)
	f := &following{run: c.run, folder: folder, output: c.delivery(folder)}
	end, err := f.follow(func(options slurm.Options) (slurm.Outcome, error) {
		options.Cancel, options.Detach = cancel, c.run.spec.Cluster.Detach
		options.Whole = func() bool { return items.failed() == nil && planning.Whole() }
		return folder.Run(context.Background(), c.tasks(ctx, items), c.run.stops, options, c.run.emit)
	})
	end.incomplete(items.failed())
	return end, err
}

func (c *commandCluster) tasks(ctx context.Context, items *itemSource) *taskSource {
	slots := c.run.spec.Cluster.Slots
	if slots == 0 {
		slots = slotsOfNode
	}
	s := &taskSource{most: c.run.spec.Cluster.PerTask, least: perSlot * slots}
	s.batches = make(chan plan.Batch)
	go s.gather(ctx, items.Batches())
	return s
}

// preview returns what would be submitted.
func (c *commandCluster) preview(ctx context.Context) (ending, error) {
	items := newItemSource(ctx, c.commands)
	tasks, commands := 0, 0
	for batch := range c.tasks(ctx, items).Batches() {
		tasks, commands = tasks+1, commands+len(batch.Commands)
	}
	if err := items.failed(); err != nil {
		return ending{}, errors.Join(err, c.output.Close())
	}
	script, lines := c.known.Preview(c.jobFolder(), c.request, tasks, false)
	return ending{detached: fmt.Sprintf("%s\n%s\n\nwould run %d commands by %d tasks",
		script, strings.Join(lines, "\n"), commands, tasks)}, c.output.Close()
}

// taskSource gathers commands into the lists of tasks.
type taskSource struct {
	most    int // commands in a list, 0 for no bound
	least   int // what a task gets without that
	batches chan plan.Batch
}

// Nobody knows how long the commands take, or how many there are. So the first tasks get a few for each slot. Later
// ones get more, in proportion to what came before: a million commands make about 1,500 tasks.
const (
	perSlot     = 4
	slotsOfNode = 32              // a guess, where a task has as many slots as its node has CPUs
	share       = 200             // a task gets 1/200 of the commands before it
	waitMost    = 5 * time.Second // for the next command, before a list goes without it
)

// Batches implements schedule.Source.
func (s *taskSource) Batches() <-chan plan.Batch { return s.batches }

// Done implements schedule.Source.
func (s *taskSource) Done(plan.Batch) {}

// gather makes lists until the commands end or ctx does.
func (s *taskSource) gather(ctx context.Context, commands <-chan plan.Batch) {
	defer close(s.batches)
	var list plan.Batch
	var late <-chan time.Time
	for seen := 0; ; {
		full := s.most
		if full == 0 {
			full = max(s.least, seen/share)
		}
		flush, ended := len(list.Commands) >= full, false
		if !flush {
			select {
			case one, ok := <-commands:
				if ended = !ok; ended {
					break
				}
				if late == nil {
					late = time.After(waitMost)
				}
				seen++
				list.Commands, list.Items = append(list.Commands, one), append(list.Items, one.Items[0])
			case <-late:
				flush = true
			case <-ctx.Done():
				return
			}
		}
		if (flush || ended) && len(list.Commands) > 0 {
			select {
			case s.batches <- list:
				list, late = plan.Batch{}, nil
			case <-ctx.Done():
				return
			}
		}
		if ended {
			return
		}
	}
}

// followCommands takes up a run of commands again. Of the spec only the part about the log and the files counts.
func followCommands(folder *slurm.Folder, spec Spec, std Streams) (Outcome, error) {
	job := folder.Job
	out := output.Options{Out: os.Stdout, Err: os.Stderr, Results: string(job.Commands.Results)}
	spec.Command = &Command{Words: slurm.Plain(job.Commands.Words), Output: out}
	spec.Daemon, spec.Retries, spec.Cluster = job.Daemon, job.Retries, &Cluster{Slots: job.Jobs}
	c := &commands{Command: spec.Command, elsewhere: true}
	c.besideFooter(&spec, std)
	err := checkDistinct(&spec, nil)
	if err != nil {
		return Outcome{}, err
	}
	if c.output, err = output.New(spec.Command.Output); err != nil {
		return Outcome{}, err
	}
	return execute(plan.Tree{}, &spec, std, &following{folder: folder, output: c.delivery(folder)})
}
