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
type run struct {
	*Folder
	opts Options
	emit event.Sink
	self int // the PID that tasks have as their parent

	jobs    <-chan plan.Batch // nil when all are listed
	done    func(plan.Batch)
	last    *lastList
	planned Planned
	seen    bool // seen.json is there
	marking bool // the destination is being marked

	chunks  []chunk
	count   [settled + 1]int // of these, by state
	waiting []int            // chunks that are to be submitted, for the first time
	since   time.Time        // the first of these is
	again   []int            // and once more
	works   map[int]*work
	known   []array
	byID    map[string]int

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
	twice      bool      // there was more than one task for a chunk
	blind      time.Time // since when the records cannot be read
}

func newRun(f *Folder, opts Options, emit event.Sink) *run {
	if opts.Cancel == nil {
		opts.Cancel = func() {}
	}
	return &run{
		Folder: f, opts: opts, emit: emit, self: os.Getpid(),
		works: map[int]*work{}, byID: map[string]int{}, badNodes: map[string]bool{},
		answers: make(chan func() error), gone: make(chan struct{}), ask: askFirst,
	}
}

// loop runs until all chunks are settled, or nobody is to follow them any more.
func (r *run) loop(ctx context.Context, stops <-chan schedule.Stop) (Outcome, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer r.commands.Wait()
	defer close(r.gone)
	defer cancel()
	look, ask := time.NewTimer(0), time.NewTimer(r.ask)
	defer look.Stop()
	defer ask.Stop()
	for !r.over() {
		var err error
		select {
		case job, ok := <-r.nextJob():
			err = r.take(job, ok)
		case stop := <-stops:
			err = r.stop(ctx, stop)
		case stop := <-r.opts.Halt:
			err = r.halt(ctx, stop)
		case answer := <-r.answers:
			err = answer()
		case <-look.C:
			err = r.tolerate(r.look())
			look.Reset(r.lookEvery())
		case <-ask.C:
			r.askNow(ctx)
			ask.Reset(r.ask)
		}
		if err == nil {
			err = r.submit(ctx)
		}
		if err != nil {
			return Outcome{}, err
		}
	}
	if err := r.sweep(ctx); err != nil {
		return Outcome{}, err
	}
	return Outcome{Left: r.left, Partial: !r.planned.Whole, Stopped: r.isStopped(), Halted: r.halted, Arrays: r.ids()}, nil
}

// over tells whether there is nothing more to do or to hear.
func (r *run) over() bool {
	switch {
	case r.submitting || r.marking || r.cancelling > 0:
		return false
	case r.left:
		return true
	case r.jobs != nil || len(r.waiting)+len(r.again) > 0:
		return false
	case r.opts.Detach && !r.ending:
		r.left = true
		return true
	}
	return r.count[settled] == len(r.chunks) && r.stragglersOver() && !r.lastIsStale()
}

// do runs a command in a goroutine of its own; what it returns is called by the run's, as long as that goes on.
func (r *run) do(command func() func() error) {
	r.commands.Go(func() {
		select {
		case r.answers <- command():
		case <-r.gone:
		}
	})
}

// nextJob is where jobs come from; nil when none is to be taken now.
func (r *run) nextJob() <-chan plan.Batch {
	if r.ending || r.left || len(r.waiting) >= r.Job.ArraySize {
		return nil
	}
	return r.jobs
}

// take lists a job as the next chunk; ok is false when there is no more.
func (r *run) take(job plan.Batch, ok bool) error {
	switch {
	case !ok:
		return r.endOfPlan(true)
	case job.Folders:
		err := r.problem(r.last.add(job))
		r.done(job)
		return err
	}
	if err := r.addChunk(job); err != nil {
		return err
	}
	r.done(job) // of which nothing waits here: folders come last
	return nil
}

func (r *run) addChunk(job plan.Batch) error {
	if err := r.writeList(len(r.chunks), job); err != nil {
		return r.problem(err)
	}
	r.await(len(job.Items), job.Bytes)
	return nil
}

// endOfPlan is when no more jobs are taken; whole is false when there may have been more.
func (r *run) endOfPlan(whole bool) error {
	if r.jobs == nil {
		return nil
	}
	r.jobs = nil
	r.opts.Cancel()
	last, err := r.last.end(len(r.chunks))
	if err != nil {
		return r.problem(err)
	}
	if last {
		r.await(r.last.names, 0)
	}
	r.planned.Chunks, r.planned.Last, r.planned.Whole = len(r.chunks), last, whole && r.opts.Whole()
	return r.problem(r.writeJSON("plan.json", r.planned))
}

func (r *run) ids() []string {
	all := make([]string, len(r.known))
	for i, a := range r.known {
		all[i] = a.ID
	}
	return all
}

// tolerate is an error of reading the records, unless it may pass: a file server may be away for a while.
func (r *run) tolerate(err error) error {
	switch {
	case err == nil:
		r.blind = time.Time{}
		return nil
	case r.blind.IsZero():
		r.blind = time.Now()
	case time.Since(r.blind) > blindFor:
		return err
	}
	r.say(err.Error())
	return nil
}

// blindFor is how long the records may be out of reach.
const blindFor = 5 * time.Minute

// sweep has no task come any more for a chunk that another has settled.
func (r *run) sweep(ctx context.Context) error {
	if r.left || !r.twice {
		return nil
	}
	_, err := call(ctx, "scancel", r.ours()...)
	return passing(err)
}

// problem says in which job folder there was one.
func (r *run) problem(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("job folder %q: %w", r.Path, err)
}
