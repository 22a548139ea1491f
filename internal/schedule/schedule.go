// Package schedule runs the jobs of a plan: so many at once, each by one child
// process; and it ends a run in order.
//
//	plan ── Jobs ─▶ Run ── Engine.Start ─▶ child ── events ─▶ sink
//	   ▲            │ ▲                      │
//	   └─── Done ───┘ └──── its end ─────────┘
//
// One goroutine owns the slots and the children under way; each child has one
// more, which follows it to its end and reports back. A run that is to end early
// goes up one ladder, and never hangs on a child that cannot be killed:
//
//	Drain: start no more ─▶ Terminate: SIGTERM ─(grace)▶ Kill: SIGKILL ─(grace)▶ abandon
package schedule

import (
	"context"
	"time"

	"brood/internal/event"
	"brood/internal/plan"
)

// Jobs is where the jobs come from: a plan.
type Jobs interface {
	Jobs() <-chan plan.Job
	Done(plan.Job)
}

// Engine starts children; Local does on this machine.
type Engine interface {
	// Start starts a child for the job and emits that. An error for which
	// process.Exhausted holds means that a later try may succeed.
	Start(plan.Job, event.Sink) (Child, error)
}

// Child is a job under way.
type Child interface {
	// Follow emits what the child tells and how it ends, and returns then, or when it was abandoned.
	Follow(event.Sink)
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

// Options of a run.
type Options struct {
	Slots  int           // children at once, 1 at least
	Full   func()        // called once, when that many run for the first time
	Grace  time.Duration // from Terminate to Kill, and from Kill until they are abandoned
	Stop   <-chan Stop
	Cancel context.CancelFunc // called when no more jobs will be taken: the plan may end
}

// Run runs all jobs, and returns when no child runs any more, but for those that
// were abandoned.
func Run(jobs Jobs, engine Engine, opts Options, emit event.Sink) {
	r := &run{
		jobs: jobs, engine: engine, opts: opts, emit: emit,
		slots: opts.Slots, children: map[Child]plan.Job{}, ended: make(chan Child),
	}
	for !r.over() {
		select {
		case job, ok := <-r.next():
			r.drained = !ok
			if ok {
				r.start(job)
			}
		case c := <-r.ended:
			job := r.children[c]
			delete(r.children, c)
			r.jobs.Done(job)
			r.startAgain()
		case <-r.retry:
			r.startAgain()
		case stop := <-opts.Stop:
			r.stop(stop)
		case <-r.grace:
			r.stop(r.stopped + 1)
		}
	}
}

// run is owned by the goroutine of Run.
type run struct {
	jobs   Jobs
	engine Engine
	opts   Options
	emit   event.Sink

	slots    int
	children map[Child]plan.Job
	ended    chan Child
	drained  bool // there are no more jobs

	stopped Stop
	grace   <-chan time.Time // until the next rung

	waiting  *plan.Job // could not be started for lack of room
	attempts int       // at it, with no child of ours to wait for
	retry    <-chan time.Time
}

func (r *run) over() bool {
	return len(r.children) == 0 && r.waiting == nil && (r.drained || r.stopped > 0)
}

// next is where the next job comes from; nil when none is to be started now.
func (r *run) next() <-chan plan.Job {
	if r.stopped > 0 || r.drained || r.waiting != nil || len(r.children) >= r.slots {
		return nil
	}
	return r.jobs.Jobs()
}

func (r *run) start(job plan.Job) {
	c, err := r.engine.Start(job, r.emit)
	if err != nil {
		r.notStarted(job, err)
		return
	}
	r.attempts = 0
	r.children[c] = job
	if len(r.children) == r.slots && r.opts.Full != nil {
		r.opts.Full()
		r.opts.Full = nil
	}
	go func() {
		c.Follow(r.emit)
		r.ended <- c
	}()
}

func (r *run) stop(to Stop) {
	if to <= r.stopped {
		return
	}
	if r.stopped == 0 {
		r.opts.Cancel()
		r.giveUpWaiting()
	}
	r.stopped = to
	act := map[Stop]func(Child){Drain: func(Child) {}, Terminate: Child.Terminate, Kill: Child.Kill, abandon: Child.Abandon}[to]
	for c := range r.children {
		act(c)
	}
	if r.grace = nil; to == Terminate || to == Kill {
		r.grace = time.After(r.opts.Grace)
	}
}
