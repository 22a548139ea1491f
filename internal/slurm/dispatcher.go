package slurm

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	"brood/internal/event"
	"brood/internal/plan"
	"brood/internal/schedule"
)

// Options of a run that are not the job's.
type Options struct {
	Cancel context.CancelFunc   // called when no more jobs will be taken: the plan may end
	Detach bool                 // return once all is submitted
	Whole  func() bool          // asked when the plan has ended: whether the source was walked to its end
	Halt   <-chan schedule.Stop // ends the run early: Drain lets the tasks finish that run, Terminate does not
	Mark   func() error         // makes the marker in the destination: called once Slurm has taken the first array
}

// Outcome is how a run came to its end.
type Outcome struct {
	Left    bool     // the tasks go on; Folder tells where they are followed
	Partial bool     // not all of the source was submitted
	Stopped bool     // the tasks were cancelled, by us or by somebody
	Halted  bool     // by Options.Halt
	Arrays  []string // Slurm's IDs
}

// run is owned by the goroutine of Run or Follow. Commands, which may take long, run in goroutines of their
// own, one at a time for each purpose, and what they have to say comes through answers.
type dispatcher struct {
	*Folder
	opts Options
	emit event.Sink
	self int // the PID that tasks have as their parent

	source  <-chan plan.Batch // nil when all are listed
	done    func(plan.Batch)
	last    *lastList
	planned Planned
	seen    bool // seen.json is there
	marking bool // the destination is being marked

	batches  []batch
	count    [settled + 1]int // of these, by state
	waiting  []int            // batches that are to be submitted, for the first time
	since    time.Time        // the first of these is
	again    []int            // and once more
	attempts map[int]*attempts
	known    []array
	byID     map[string]int

	answers    chan func() error
	commands   sync.WaitGroup // that run
	gone       chan struct{}  // closed when nobody takes their answers any more
	submitting bool
	refusals   int // of sbatch, since it took an array
	notBefore  time.Time
	asking     bool
	ask        time.Duration // until squeue is asked again
	silent     bool          // Slurm does not answer

	badNodes   map[string]bool
	avoided    bool      // one more, of which tasks that wait do not know yet
	pending    int       // tasks that wait, when squeue was asked last
	said       string    // why they do, as it was told last
	lastFile   time.Time // when a file was settled last, by the clock of its node
	lastBegun  time.Time // when the folders were begun, that are done
	ending     bool      // no more is submitted, nor tried again
	to         cancelled // how far
	halted     bool
	cancelling int // calls of scancel that are under way
	left       bool
	twice      bool      // there was more than one task for a batch
	blind      time.Time // since when the records cannot be read
}

func newDispatcher(f *Folder, opts Options, emit event.Sink) *dispatcher {
	if opts.Cancel == nil {
		opts.Cancel = func() {}
	}
	return &dispatcher{
		Folder: f, opts: opts, emit: emit, self: os.Getpid(),
		attempts: map[int]*attempts{}, byID: map[string]int{}, badNodes: map[string]bool{},
		answers: make(chan func() error), gone: make(chan struct{}), ask: askFirst,
	}
}

// loop runs until all batches are settled, or nobody is to follow them any more.
func (d *dispatcher) loop(ctx context.Context, stops <-chan schedule.Stop) (Outcome, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer d.commands.Wait()
	defer close(d.gone)
	defer cancel()
	look, ask := time.NewTimer(0), time.NewTimer(d.ask)
	defer look.Stop()
	defer ask.Stop()
	for !d.over() {
		var err error
		select {
		case batch, ok := <-d.nextBatch():
			err = d.take(batch, ok)
		case stop := <-stops:
			err = d.stop(ctx, stop)
		case stop := <-d.opts.Halt:
			err = d.halt(ctx, stop)
		case answer := <-d.answers:
			err = answer()
		case <-look.C:
			err = d.tolerate(d.look())
			look.Reset(d.lookEvery())
		case <-ask.C:
			d.askNow(ctx)
			ask.Reset(d.ask)
		}
		if err == nil {
			err = d.submit(ctx)
		}
		if err != nil {
			return Outcome{}, err
		}
	}
	if err := d.sweep(ctx); err != nil {
		return Outcome{}, err
	}
	return Outcome{Left: d.left, Partial: !d.planned.Whole, Stopped: d.isStopped(), Halted: d.halted, Arrays: d.ids()}, nil
}

// over tells whether there is nothing more to do or to hear.
func (d *dispatcher) over() bool {
	switch {
	case d.submitting || d.marking || d.cancelling > 0:
		return false
	case d.left:
		return true
	case d.source != nil || len(d.waiting)+len(d.again) > 0:
		return false
	case d.opts.Detach && !d.ending:
		d.left = true
		return true
	}
	return d.count[settled] == len(d.batches) && d.stragglersOver() && !d.lastIsStale()
}

// do runs a command in a goroutine of its own; what it returns is called by the run's, as long as that goes on.
func (d *dispatcher) do(command func() func() error) {
	d.commands.Go(func() {
		select {
		case d.answers <- command():
		case <-d.gone:
		}
	})
}

// nextBatch is where jobs come from; nil when none is to be taken now.
func (d *dispatcher) nextBatch() <-chan plan.Batch {
	if d.ending || d.left || len(d.waiting) >= d.Job.ArraySize {
		return nil
	}
	return d.source
}

// take lists a job as the next batch; ok is false when there is no more.
func (d *dispatcher) take(batch plan.Batch, ok bool) error {
	switch {
	case !ok:
		return d.endOfPlan(true)
	case batch.Folders:
		err := d.problem(d.last.add(batch))
		d.done(batch)
		return err
	}
	if err := d.addBatch(batch); err != nil {
		return err
	}
	d.done(batch) // of which nothing waits here: folders come last
	return nil
}

func (d *dispatcher) addBatch(batch plan.Batch) error {
	if err := d.writeList(len(d.batches), batch); err != nil {
		return d.problem(err)
	}
	d.await(len(batch.Items), batch.Bytes)
	return nil
}

// endOfPlan is when no more jobs are taken; whole is false when there may have been more.
func (d *dispatcher) endOfPlan(whole bool) error {
	if d.source == nil {
		return nil
	}
	d.source = nil
	d.opts.Cancel()
	last, err := d.last.end(len(d.batches))
	if err != nil {
		return d.problem(err)
	}
	if last {
		d.await(d.last.names, 0)
	}
	d.planned.Batches, d.planned.Last, d.planned.Whole = len(d.batches), last, whole && d.opts.Whole()
	return d.problem(d.writeJSON("plan.json", d.planned))
}

func (d *dispatcher) ids() []string {
	all := make([]string, len(d.known))
	for i, a := range d.known {
		all[i] = a.ID
	}
	return all
}

// tolerate is an error of reading the records, unless it may pass: a file server may be away for a while.
func (d *dispatcher) tolerate(err error) error {
	switch {
	case err == nil:
		d.blind = time.Time{}
		return nil
	case d.blind.IsZero():
		d.blind = time.Now()
	case time.Since(d.blind) > blindFor:
		return err
	}
	d.say(err.Error())
	return nil
}

// blindFor is how long the records may be out of reach.
const blindFor = 5 * time.Minute

// sweep has no task come any more for a batch that another has settled.
func (d *dispatcher) sweep(ctx context.Context) error {
	if d.left || !d.twice {
		return nil
	}
	_, err := call(ctx, "scancel", d.ours()...)
	return passing(err)
}

// problem says in which job folder there was one.
func (d *dispatcher) problem(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("job folder %q: %w", d.Path, err)
}
