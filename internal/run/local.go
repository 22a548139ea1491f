package run

import (
	"context"
	"math"
	"os"
	"syscall"
	"time"

	"brood/internal/event"
	"brood/internal/jobs"
	"brood/internal/pace"
	"brood/internal/plan"
	"brood/internal/process"
	"brood/internal/schedule"
	"brood/internal/target"
)

// local runs batches as children of this process: for a run on this machine, and for a task on a node.
type local struct {
	*run
	slots  slots
	bucket *pace.Bucket // the rate that the children share, nil where memory cannot be shared
	shared *jobs.Shared // the number of slots, which others can change; likewise
}

// engine starts the children.
func (l *local) engine() *schedule.Local {
	return &schedule.Local{
		Config: l.config, Board: boardOf(l.bucket), Name: l.spec.Name, Daemon: l.spec.Daemon,
		Together: l.stream.Together,
	}
}

// config returns the process for a batch. Its progress is in that slot of the shared memory.
func (l *local) config(batch plan.Batch, slot int) (c process.Config) {
	shared := sharedFor(batch, l.bucket)
	if shared == nil {
		slot = 0
	}
	kwargs := l.kwargs(batch.Root)
	kwargs.Confine, kwargs.Slot = l.spec.Confine, slot
	switch {
	case l.spec.Compare:
		c = kwargs.Verify(batch.Items)
	case len(batch.Firsts) > 0:
		c = kwargs.Link(batch.Firsts, batch.Items)
	default:
		c = kwargs.Copy(batch.Items)
	}
	c.Shared, c.Limits = shared, l.spec.Limits
	return c
}

// kwargs returns what all children for a root of the tree have in common.
func (r *run) kwargs(root int) target.Kwargs {
	return target.Kwargs{
		Source: r.tree.Root(root).Path, Dest: r.tree.Dest, Options: r.spec.copyOptions(), Folders: r.tree.Files(root),
	}
}

// lookEvery is how often the progress of children is read.
const lookEvery = 200 * time.Millisecond

// silence is how long one of several children may make no progress before it is reported as
// silent. The more children there are, the less often each one gets its turn.
func silence(children int) time.Duration {
	return max(3*time.Second, time.Duration(children)*12*time.Millisecond)
}

func (l *local) options(cancel context.CancelFunc) schedule.Options {
	return schedule.Options{
		Slots: l.slots.count, Most: l.slots.most, Room: l.spec.Room.room(), Full: l.full,
		Grace: grace, Stop: l.stops, Cancel: cancel,
		Look: lookEvery, Silence: silence,
		Stall: l.spec.Stall, Timeout: l.spec.Timeout, Retries: l.spec.Retries,
		Changes: l.shared.Changes(), Limit: l.slots.limit,
	}
}

// full is called when all slots are taken for the first time: only then "all at once" has
// become fewer than asked for.
func (l *local) full() {
	if l.spec.Slots == 0 && l.slots.limited.Slots < math.MaxInt {
		l.emit(l.slots.limited)
	}
}

// runHere is a run on this machine. What it cannot do is an error before any output file is truncated.
func runHere(tree plan.Tree, spec *Spec, std Streams) (Outcome, error) {
	if err := canConfine(spec); err != nil {
		return Outcome{}, err
	}
	bucket, err := shareRate(spec.Rate)
	if err != nil {
		return Outcome{}, err
	}
	defer closeRate(bucket)
	return execute(tree, spec, std, here{bucket})
}

// here is this machine.
type here struct{ bucket *pace.Bucket }

func (h here) do(r *run) (end ending, err error) {
	if err := prepare(r.spec); err != nil {
		return end, err
	}
	l := &local{r, newSlots(r.spec), h.bucket, shareSlots(r.spec)}
	defer l.shared.Close()
	if end.signal, err = l.work(); err != nil {
		return end, err
	}
	end.warnings = r.strayed()
	return end, nil
}

// work walks the folders and works on what it finds; of a dry run it lists that. It returns
// the signal that ended it early.
func (l *local) work() (signal syscall.Signal, err error) {
	begun := l.spec.begun()
	begun.Slots, begun.Auto = l.slots.count, l.spec.Auto
	l.emit(begun)
	if l.spec.Slots != 0 && l.slots.limited.Kind != "" {
		l.emit(l.slots.limited)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	// With a percentage, --halt needs to know how many items there are.
	percent := l.spec.Halt.Percent > 0 && !l.spec.DryRun
	if _, err := l.measure(ctx, l.display.wanted() || percent); err != nil {
		return 0, err
	}
	p, err := l.startPlan(ctx, plan.BatchSize{}, l.slots.count, l.emit)
	if err != nil {
		return 0, err
	}
	defer p.Wait()
	if l.spec.DryRun {
		listPlan(p, l.emit)
		return 0, nil
	}
	signals := l.watchSignals(localRungs(l.spec.Daemon))
	l.display.listen()
	source, err := l.withDest(p)
	if source != nil && err == nil {
		schedule.Run(source, l.engine(), l.options(cancel), l.emit)
	}
	cancel()
	process.Finish(grace)
	return signals.end(), err
}

// measure finds out how much there is to do, if wanted, and whether the destination has room
// for it, unless the spec says to try in any case. Too little room is a *plan.Shortage.
func (r *run) measure(ctx context.Context, wanted bool) (plan.Work, error) {
	work, known, err := plan.Measure(ctx, r.tree, r.spec.planOptions(0), plan.Question{
		Work: wanted, Compare: r.spec.Compare,
		Room: !r.spec.Compare && !r.spec.Force, Written: r.spec.Hash != "",
	})
	if known {
		r.emit(event.Event{Kind: event.Measured, Items: work.Files, Size: work.Bytes})
	}
	return work, err
}

// startPlan starts the walk that makes batches: for children in that many slots, or, on a
// cluster, of that size.
func (r *run) startPlan(ctx context.Context, size plan.BatchSize, slots int, emit event.Sink) (*plan.Plan, error) {
	o := r.spec.planOptions(slots)
	o.ForTasks, o.ArgRoom = size, argRoom(r.tree)
	if r.spec.Compare {
		return plan.StartCompare(ctx, r.tree, o, emit)
	}
	return plan.Start(ctx, r.tree, o, emit)
}

// argRoom is how many bytes of names fit on a child's command line. Where none fit, each
// item fails with a clear error.
func argRoom(tree plan.Tree) int {
	source := len(tree.Source)
	for _, root := range tree.More {
		source = max(source, len(root.Path))
	}
	return max(process.ArgRoom(os.Environ())-source-len(tree.Dest), 1)
}
