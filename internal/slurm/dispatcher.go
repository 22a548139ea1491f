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

// Options of [Folder.Run] and [Folder.Follow] that are not kept in the job folder.
type Options struct {
	Cancel context.CancelFunc   // called when Run takes no more batches: the plan may end
	Detach bool                 // return once all is submitted
	Whole  func() bool          // called after the plan: was the source walked to its end?
	Halt   <-chan schedule.Stop // ends the run early: Drain lets running tasks finish, Terminate cancels them
	Mark   func() error         // makes the marker in dest; called once Slurm has accepted the first array

	// Deliver is called with the outcome of each command before that is emitted, and with the file that may have its
	// output, "" if it did not run. An error is its failure. nil for none.
	Deliver func(outcome event.Event, spool string) error
}

// Outcome says how a run ended.
type Outcome struct {
	Left    bool     // the tasks go on; [Folder.Follow] continues the run
	Partial bool     // not all of the source was submitted
	Stopped bool     // somebody cancelled the tasks
	Halted  bool     // Options.Halt ended the run
	Arrays  []string // Slurm's IDs
}

// dispatcher hands batches to Slurm and follows their tasks. The goroutine of Run or Follow owns all its fields.
// Slurm's commands may take long, so each runs in its own goroutine (do). Its result comes back through answers.
type dispatcher struct {
	*Folder
	opts Options
	emit event.Sink
	pid  int // the parent of each task in the events

	source  <-chan plan.Batch // nil when all batches are listed
	done    func(plan.Batch)
	last    *lastList
	planned Planned
	seen    bool // seen.json exists
	marking bool // Options.Mark is under way

	batches      []batch
	count        [settled + 1]int  // batches, by state
	waiting      []int             // batches that wait for their first submission
	waitingSince time.Time         // when the first of them was listed
	again        []int             // batches that wait for another submission
	attempts     map[int]*attempts // by batch
	arrays       []array           // submitted arrays, by generation
	byID         map[string]int    // the generation of an array

	answers    chan func() error
	commands   sync.WaitGroup // commands under way
	gone       chan struct{}  // closed when nobody reads answers any more
	submitting bool           // a submission is under way
	refusals   int            // by the cluster, since it accepted an array
	notBefore  time.Time      // the next submission
	asking     bool           // a question to Slurm is under way
	askAfter   time.Duration  // until the next question
	silent     bool           // Slurm does not answer

	badNodes    map[string]bool
	avoidedMore bool      // badNodes has a node that waiting tasks do not avoid yet
	pending     int       // waiting tasks, by Slurm's last answer
	lastReason  string    // of the last Pending event
	lastFile    time.Time // when a task settled its last file, by its node's clock
	lastBegun   time.Time // when the last finished attempt at the last batch began
	ending      bool      // no more submissions and no more tries
	cancelled   scope     // the tasks that are cancelled
	halted      bool
	cancelling  int       // cancellations under way
	left        bool      // return without the end of the tasks
	twice       bool      // some batch had more than one attempt
	blindSince  time.Time // since then the records are unreadable
}

func newDispatcher(f *Folder, opts Options, emit event.Sink) *dispatcher {
	if opts.Cancel == nil {
		opts.Cancel = func() {}
	}
	return &dispatcher{
		Folder: f, opts: opts, emit: emit, pid: os.Getpid(),
		attempts: map[int]*attempts{}, byID: map[string]int{}, badNodes: map[string]bool{},
		answers: make(chan func() error), gone: make(chan struct{}), askAfter: askFirst,
	}
}

// Run lists the batches, submits them and follows their tasks until all are over. It returns early if opts or stops
// say so. After its return it emits nothing more.
func (f *Folder) Run(
	ctx context.Context, batches schedule.Source, stops <-chan schedule.Stop, opts Options, emit event.Sink,
) (Outcome, error) {
	d := newDispatcher(f, opts, emit)
	d.source, d.done = batches.Batches(), batches.Done
	d.last = &lastList{folder: f}
	return d.loop(ctx, stops)
}

// loop runs until all batches are settled, or until the tasks are left alone.
func (d *dispatcher) loop(ctx context.Context, stops <-chan schedule.Stop) (Outcome, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer d.commands.Wait()
	defer close(d.gone)
	defer cancel()
	look, ask := time.NewTimer(0), time.NewTimer(d.askAfter)
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
			ask.Reset(d.askAfter)
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
	return Outcome{
		Left: d.left, Partial: !d.planned.Whole, Stopped: d.isStopped(), Halted: d.halted, Arrays: d.arrayIDs(),
	}, nil
}

// over tells whether there is nothing more to do or to wait for.
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

// do runs command in its own goroutine. The loop then calls the function that command returns, unless it has ended.
func (d *dispatcher) do(command func() func() error) {
	d.commands.Go(func() {
		select {
		case d.answers <- command():
		case <-d.gone:
		}
	})
}

// nextBatch returns the channel of batches, or nil to take none now.
func (d *dispatcher) nextBatch() <-chan plan.Batch {
	if d.ending || d.left || len(d.waiting) >= d.Job.ArraySize {
		return nil
	}
	return d.source
}

// take lists a batch for a task and tells the plan at once that it is done. The plan makes only folders wait, and on a
// cluster they come last anyway. ok is false at the end of the plan.
func (d *dispatcher) take(batch plan.Batch, ok bool) error {
	switch {
	case !ok:
		return d.endOfPlan(true)
	case batch.Folders:
		err := d.inFolder(d.last.add(batch))
		d.done(batch)
		return err
	}
	if err := d.writeList(len(d.batches), batch); err != nil {
		return d.inFolder(err)
	}
	d.enqueue(len(batch.Items), batch.Bytes)
	d.done(batch)
	return nil
}

// endOfPlan takes no more batches, and notes how many there are. whole is false if the plan may have had more.
func (d *dispatcher) endOfPlan(whole bool) error {
	if d.source == nil {
		return nil
	}
	d.source = nil
	d.opts.Cancel()
	last, err := d.last.end(len(d.batches))
	if err != nil {
		return d.inFolder(err)
	}
	if last {
		d.enqueue(d.last.names, 0)
	}
	d.planned = Planned{Batches: len(d.batches), Last: last, Whole: whole && d.opts.Whole()}
	return d.inFolder(d.writeJSON("plan.json", d.planned))
}

func (d *dispatcher) arrayIDs() []string {
	all := make([]string, len(d.arrays))
	for i, a := range d.arrays {
		all[i] = a.ID
	}
	return all
}

// tolerate hides errors in reading the records, as a file server may be away for a while.
func (d *dispatcher) tolerate(err error) error {
	switch {
	case err == nil:
		d.blindSince = time.Time{}
		return nil
	case d.blindSince.IsZero():
		d.blindSince = time.Now()
	case time.Since(d.blindSince) > blindFor:
		return err
	}
	d.emitPending(err.Error())
	return nil
}

// blindFor is how long the records may be unreadable.
const blindFor = 5 * time.Minute

// sweep cancels tasks that are left over: another task has settled their batch.
func (d *dispatcher) sweep(ctx context.Context) error {
	if d.left || !d.twice {
		return nil
	}
	return unlessUnanswered(cancelJob(ctx, d.Job.Name, allTasks))
}

// inFolder adds the path of the job folder to an error.
func (d *dispatcher) inFolder(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("job folder %q: %w", d.Path, err)
}
