// Package schedule runs the batches of a plan: so many at once, each by one child
// process; and it ends a run in order.
//
//	plan ── Batches ─▶ Run ── Engine.Start ─▶ child ── events ─▶ sink
//	   ▲            │ ▲                      │
//	   └─── Done ───┘ └──── its end ─────────┘
//
// One goroutine owns the slots and the children under way, which have none: what they
// tell comes through the engine, that they are over as well. A run that is to end
// early goes up one ladder, and never hangs on a child that cannot be killed:
//
//	Drain: start no more ─▶ Terminate: SIGTERM ─(grace)▶ Kill: SIGKILL ─(grace)▶ abandon
//
// A child that makes no progress goes up that ladder alone. What a child leaves undone
// when it ends before its time, however that was, costs the one name that it was at:
//
//	batch ─▶ part ─▶ child ─┬─▶ each name settled ─────────────────────────────▶ Done
//	        ▲ ▲           ├─▶ one failed for a cause that may pass ─▶ later ─┐
//	        │ └── ready ──┴─▶ those that it never came to                    │
//	        └─────────────────────────── after a pause ──────────────────────┘
package schedule

import (
	"context"
	"time"

	"brood/internal/event"
	"brood/internal/gauge"
	"brood/internal/machine"
	"brood/internal/plan"
)

// Source is where the batches come from: a plan.
type Source interface {
	Batches() <-chan plan.Batch
	Done(plan.Batch)
}

// Engine starts children; Local does on this machine.
type Engine interface {
	// Start starts a child for the batch, and emits that, what the child tells, how it ends, and
	// then a failure of each name of which it has told nothing, in their order. Then, or when the
	// child was abandoned, it calls over, from a goroutine of its own. An error for which
	// process.Exhausted holds means that a later try may succeed; then nothing is emitted.
	Start(batch plan.Batch, emit event.Sink, over func()) (Child, error)
}

// Child is a batch under way.
type Child interface {
	// NoRoom is asked when it is over: whether the child has ended only because the
	// system had no room for its threads.
	NoRoom() bool
	Gauge() *gauge.Gauge  // where it shows how far it is; nil when it tells that by events
	Look(again bool) bool // emits how far it is, when that is news, or again; and tells whether it has
	Sleep() machine.Sleep
	Turns(quick bool) machine.Turns // quick: a glance
	Terminate()
	Kill()
	Abandon()
}

// Stop is a rung of the ladder. A lower one than the present has no effect.
type Stop int

const (
	Drain Stop = iota + 1
	Terminate
	Kill
	abandon
)

// rungs is what each one does to a child.
var rungs = map[Stop]func(Child){Drain: func(Child) {}, Terminate: Child.Terminate, Kill: Child.Kill, abandon: Child.Abandon}

// Options of a run.
type Options struct {
	Slots  int           // children at once, 1 at least
	Most   int           // if not 0, Slots is where a search begins for the number that moves the most, up to this
	Full   func()        // called once, when that many run for the first time
	Grace  time.Duration // from Terminate to Kill, and from Kill until they are abandoned
	Stop   <-chan Stop
	Cancel context.CancelFunc // called when no more batches will be taken: the plan may end

	Look    time.Duration                    // how often the progress of children is read; 0: never
	Stall   time.Duration                    // a child that could make progress and makes none for this time is ended; 0: never
	Timeout time.Duration                    // a child that needs longer for a file is ended; 0: never
	Silence func(children int) time.Duration // after this time without progress a child is reported as silent; nil: never
	Retries int                              // of a name, when the cause of its failure may pass

	// Room tells for how many more children the machine has room now (of a negative number: how many are
	// too many), and why not for more; nil: for any number. It is asked about once a second at most.
	Room func() (more int, why string)
}

// Run runs all batches, and returns when no child runs any more, but for those that
// were abandoned.
func Run(source Source, engine Engine, opts Options, emit event.Sink) {
	r := &run{
		source: source, engine: engine, opts: opts, emit: emit,
		wanted: opts.Slots, slots: opts.Slots, children: map[*attempt]bool{}, overs: make(chan *attempt),
	}
	var ticks <-chan time.Time
	if tick := opts.tick(); tick > 0 {
		t := time.NewTicker(tick)
		defer t.Stop()
		ticks = t.C
	}
	var looks <-chan time.Time
	if opts.Look > 0 {
		t := time.NewTicker(opts.Look)
		defer t.Stop()
		looks = t.C
	}
	var beats <-chan time.Time
	if opts.Most > 0 {
		r.tuner = newTuner(opts.Slots, opts.Most, emit)
		r.meter.counted, r.meter.read = time.Now(), time.Now()
	}
	if opts.Room != nil || opts.Most > 0 {
		t := time.NewTicker(beat)
		defer t.Stop()
		beats = t.C
	}
	for !r.over() {
		select {
		case batch, ok := <-r.next():
			r.drained = !ok
			if ok {
				r.ready = append(r.ready, newPart(batch))
			}
		case a := <-r.overs:
			r.ended(a)
			r.startAgain()
		case <-r.room.retry:
			r.room.retry = nil
			r.startAgain()
		case <-r.alarm:
			r.wake()
		case <-ticks:
			r.tick()
		case <-looks:
			r.look()
		case <-beats:
			r.beat()
		case stop := <-opts.Stop:
			r.stop(stop)
		case <-r.grace:
			r.stop(r.stopped + 1)
		}
		r.startReady()
	}
}

// run is owned by the goroutine of Run.
type run struct {
	source Source
	engine Engine
	opts   Options
	emit   event.Sink

	wanted   int // children at once
	slots    int // as many of these as there is room for
	children map[*attempt]bool
	overs    chan *attempt // those that are over
	drained  bool          // there are no more batches

	stopped Stop
	grace   <-chan time.Time // until the next rung

	admission admission
	meter     meter
	tuner     *tuner           // nil when the number of slots is given
	ready     []*part          // to be started before any new batch
	later     []later          // to be tried again, by their time
	alarm     <-chan time.Time // at the first of these

	room room
}

func (r *run) over() bool {
	return len(r.children)+len(r.room.waiting)+len(r.ready)+len(r.later) == 0 && (r.drained || r.stopped > 0)
}

// free tells whether one more child is to be started now.
func (r *run) free() bool {
	return r.stopped == 0 && len(r.room.waiting) == 0 && len(r.children) < r.slots
}

// next is where the next batch comes from; nil when none is to be started now.
func (r *run) next() <-chan plan.Batch {
	if r.drained || !r.free() || len(r.ready) > 0 || len(r.later) >= laterAtMost {
		return nil
	}
	return r.source.Batches()
}

func (r *run) startReady() {
	for len(r.ready) > 0 && r.free() && r.admits() {
		t := r.ready[0]
		r.ready = r.ready[1:]
		r.start(t)
	}
}

func (r *run) start(t *part) {
	a := &attempt{part: t, emit: r.emit, meter: &r.meter, retry: t.tries < r.opts.Retries}
	var err error
	if a.child, err = r.engine.Start(t.asBatch(), a.take, func() { r.overs <- a }); err != nil {
		r.notStarted(t, err)
		return
	}
	r.meter.children(len(r.children), time.Now())
	r.children[a] = true
	if len(r.children) == r.opts.Slots && r.opts.Full != nil {
		r.opts.Full()
		r.opts.Full = nil
	}
}

// beat is when the machine is looked at again.
func (r *run) beat() {
	r.admission.beat()
	if r.tuner == nil {
		return
	}
	if got, children, ok := r.meter.reading(len(r.children), time.Now()); ok {
		r.tuner.observe(got, children)
		r.want(r.tuner.now)
	}
}

// looksAtOnce is how many children's progress is emitted in a look. Of more, those are
// taken that come up: the order in which a map is gone through is another each time.
const looksAtOnce = 50

// look has the children's progress emitted.
func (r *run) look() {
	news := 0
	for a := range r.children {
		if a.child.Look(false) {
			news++
		}
		if news == looksAtOnce {
			return
		}
	}
}

func (r *run) stop(to Stop) {
	if to <= r.stopped {
		return
	}
	if r.stopped == 0 {
		r.opts.Cancel()
		r.stopped = to
		r.giveUpAll()
	}
	r.stopped = to
	for a := range r.children {
		rungs[to](a.child)
	}
	if r.grace = nil; to == Terminate || to == Kill {
		r.grace = time.After(r.opts.Grace)
	}
}
