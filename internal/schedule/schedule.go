// Package schedule runs the batches of a plan, each in one child process. It bounds how
// many children run at once, tries failed items again, and ends a run in order.
//
//	plan ── Batches ─▶ Run ── Engine.Start ─▶ child ── events ─▶ sink
//	   ▲               │ ▲                      │
//	   └──── Done ─────┘ └──────── over ────────┘
//
// One goroutine, that of Run, owns the slots and the children. A child has no goroutine
// here: the engine delivers its events and its end. A run that ends early climbs one
// ladder, so it never hangs on a child that cannot be killed:
//
//	Drain: start no more ─▶ Terminate: SIGTERM ─(grace)▶ Kill: SIGKILL ─(grace)▶ abandon
//
// A child that makes no progress climbs that ladder alone. When a child ends too early,
// only the item that it was working on fails; the items after it get another child:
//
//	batch ─▶ part ─▶ child ─┬─▶ each item settled ─────────────────────────────▶ Done
//	         ▲ ▲            ├─▶ one failed for a cause that may pass ─▶ later ─┐
//	         │ └── ready ───┴─▶ the items that the child did not begin         │
//	         └────────────────────────── after a pause ────────────────────────┘
package schedule

import (
	"time"

	"brood/internal/event"
	"brood/internal/gauge"
	"brood/internal/machine"
	"brood/internal/plan"
)

// Source supplies the batches, as a plan.Plan does. Run receives from Batches until it is
// closed, and calls Done once for each batch it received.
type Source interface {
	Batches() <-chan plan.Batch
	Done(plan.Batch)
}

// Engine starts children. Local starts them on this machine.
type Engine interface {
	// Start starts a child for the batch. It emits, in this order: Started, the child's own
	// events, Exited, and Failed for each item that the child did not report. The first of these
	// is the item that it was working on; nothing is known of the others.
	// Then it calls over from a goroutine of its own, also for an abandoned child.
	// After an error nothing is emitted and over is not called. If process.Exhausted holds
	// for the error, a later try may succeed.
	Start(batch plan.Batch, emit event.Sink, over func()) (Child, error)
}

// Child is a running batch.
type Child interface {
	// NoRoom reports whether the child ended only because the system had no room for its
	// threads. Run calls it after the child's end.
	NoRoom() bool

	// Stillborn reports whether a signal ended the child before it ran. Run calls it after the child's end.
	Stillborn() bool
	Gauge() *gauge.Gauge // the child's progress in shared memory; nil when events report it

	// Signs returns a number that changes with the child's progress, apart from events. Run calls it at each tick.
	Signs() uint64

	// HasEnded reports whether the child has ended, although over may still wait for a reader of its output.
	HasEnded() bool

	// Look emits the child's progress if it is new, or in any case if again is true.
	// It reports whether it emitted anything.
	Look(again bool) bool

	Sleep() machine.Sleep           // where the child sleeps in the kernel
	Turns(quick bool) machine.Turns // its CPU time; quick: a cheaper reading with fewer details
	Terminate()
	Kill()
	Abandon()
}

// Stop is a rung of the ladder. Run ignores a rung below the present one.
type Stop int

const (
	Drain     Stop = iota + 1 // start no more children
	Terminate                 // ask the children to end
	Kill                      // kill them
	abandon                   // leave them behind
)

// do does to a child what the rung means.
func (s Stop) do(c Child) {
	switch s {
	case Terminate:
		c.Terminate()
	case Kill:
		c.Kill()
	case abandon:
		c.Abandon()
	}
}

// Run runs all batches. It returns when no child runs any more, except those it abandoned.
func Run(source Source, engine Engine, opts Options, emit event.Sink) {
	s := &scheduler{
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
		s.tuner = newTuner(opts, emit)
		s.meter.counted, s.meter.read = time.Now(), time.Now()
	}
	if opts.Room != nil || opts.Most > 0 {
		t := time.NewTicker(beat)
		defer t.Stop()
		beats = t.C
	}
	for !s.over() {
		select {
		case batch, ok := <-s.next():
			s.drained = !ok
			if ok {
				s.ready = append(s.ready, newPart(batch))
			}
		case a := <-s.overs:
			s.ended(a)
			s.startAgain()
		case <-s.refusals.retry:
			s.refusals.retry = nil
			s.startAgain()
		case <-s.alarm:
			s.wake()
		case <-s.pause:
			s.pause = nil
		case <-ticks:
			s.tick()
		case <-looks:
			s.look()
		case <-beats:
			s.beat()
		case n := <-opts.Changes:
			s.change(n)
		case stop := <-opts.Stop:
			s.stop(stop)
		case <-s.grace:
			s.stop(s.stopped + 1)
		}
		s.startReady()
	}
}

// scheduler is the state of Run. Only the goroutine of Run uses it.
type scheduler struct {
	source Source
	engine Engine
	opts   Options
	emit   event.Sink

	wanted   int // children that should run at once
	slots    int // children that may run at once, at most wanted: the system may have refused more
	children map[*attempt]bool
	overs    chan *attempt // attempts whose child has ended
	drained  bool          // the source has no more batches

	stopped Stop
	grace   <-chan time.Time // fires when the next rung is due

	allowance allowance
	meter     meter
	tuner     *tuner           // nil when the number of slots is fixed
	ready     []*part          // parts to start before any new batch
	later     []later          // parts to try again, sorted by time
	alarm     <-chan time.Time // fires at the time of later[0]

	pause <-chan time.Time // fires when Options.Delay is over; nil: it is

	times    runTimes
	refusals refusals
}

func (s *scheduler) over() bool {
	return len(s.children)+len(s.refusals.waiting)+len(s.ready)+len(s.later) == 0 && (s.drained || s.stopped > 0)
}

// free reports whether a slot is free for a new or ready part. A stop that waits in its channel counts: select could
// take a new batch before it.
func (s *scheduler) free() bool {
	return s.stopped == 0 && len(s.opts.Stop) == 0 && len(s.refusals.waiting) == 0 && len(s.children) < s.slots
}

// next returns the channel of new batches, or nil while no new batch may start.
func (s *scheduler) next() <-chan plan.Batch {
	if s.drained || !s.free() || len(s.ready) > 0 || len(s.later) >= laterAtMost {
		return nil
	}
	return s.source.Batches()
}

func (s *scheduler) startReady() {
	for len(s.ready) > 0 && s.pause == nil && s.free() && s.admits() {
		p := s.ready[0]
		s.ready = s.ready[1:]
		s.start(p)
	}
}

func (s *scheduler) start(p *part) {
	a := &attempt{part: p, emit: s.emit, meter: &s.meter, retry: p.tries < s.opts.Retries}
	a.began = time.Now()
	var err error
	if a.child, err = s.engine.Start(p.asBatch(), a.take, func() { s.overs <- a }); err != nil {
		s.notStarted(p, err)
		return
	}
	s.meter.children(len(s.children), time.Now())
	s.children[a] = true
	s.setPause()
	if len(s.children) == s.opts.Slots && s.opts.Full != nil {
		s.opts.Full()
		s.opts.Full = nil
	}
}

// beat lets admits ask about the machine again, and feeds the tuner.
func (s *scheduler) beat() {
	s.allowance.beat()
	if s.tuner == nil {
		return
	}
	if got, children, ok := s.meter.reading(len(s.children), time.Now()); ok {
		s.tuner.observe(got, children)
		s.want(s.tuner.now)
	}
}

// looksAtOnce bounds the children whose progress one look emits. With more children the
// choice varies from look to look, since Go iterates over a map in random order.
const looksAtOnce = 50

// look emits the progress of up to looksAtOnce children.
func (s *scheduler) look() {
	news := 0
	for a := range s.children {
		if a.child.Look(false) {
			news++
		}
		if news == looksAtOnce {
			return
		}
	}
}

func (s *scheduler) stop(to Stop) {
	if to <= s.stopped {
		return
	}
	if s.stopped == 0 {
		s.opts.Cancel()
		s.stopped = to
		s.giveUpAll()
	}
	s.stopped = to
	for a := range s.children {
		to.do(a.child)
	}
	if s.grace = nil; to == Terminate || to == Kill {
		s.grace = time.After(s.opts.Grace)
	}
}
