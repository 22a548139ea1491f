package schedule

import (
	"fmt"
	"time"

	"brood/internal/event"
	"brood/internal/plan"
)

// clock is what time has made of a child, counted in ticks (plan.Tick).
//
//	runs ─(no progress for Stall, no file settled for Timeout)▶ Terminate ─(grace)▶ Kill ─(grace)▶ abandon
//
// Ticks without progress are a stall only where the child could have made some (trial).
type clock struct {
	quiet time.Duration // since the last progress
	busy  time.Duration // since the last file was settled
	files int32         // that were settled by then
	signs uint64        // that it had given by then (gauge.Gauge)
	told  bool          // that it is silent
	trial trial

	rung Stop
	stay time.Duration // on that rung
	why  *event.Event  // Stalled, when it is to end for that
	pass bool          // which may pass
}

// tick is how often the clocks go on: often enough for the shorter of the two times; 0 where nothing depends on them.
func (o Options) tick() time.Duration {
	shortest := o.Stall
	if shortest == 0 || o.Timeout > 0 && o.Timeout < shortest {
		shortest = o.Timeout
	}
	switch {
	case shortest > 0:
		return plan.Tick(shortest)
	case o.Silence != nil:
		return time.Second
	}
	return 0
}

// silentAtOnce is how many silent children are looked at in a tick: of thousands that are
// all stopped it is enough to know of some, and each look reads a file for each thread.
const silentAtOnce = 10

// tick has each child's clock go on.
func (r *run) tick() {
	if r.stopped >= Terminate {
		return // they are all being ended
	}
	looks := silentAtOnce
	for a := range r.children {
		if a.rung > 0 {
			r.climb(a)
		} else if why := a.overdue(r.opts); why != "" {
			s := a.child.Sleep()
			a.why = &event.Event{Kind: event.Stalled, Name: a.name, PID: a.pid, File: a.at(), Reason: why, State: s.State, WChan: s.Channel}
			r.emit(*a.why)
			a.climbTo(Terminate)
		} else if !a.told && looks > 0 && r.opts.Silence != nil && a.quiet >= r.opts.Silence(len(r.children)) {
			looks--
			if a.told = !a.child.Gauge().Waits() || a.child.Turns(true).Held; a.told {
				r.emit(a.silent())
			}
		} else if a.told && looks > 0 && a.child.Gauge().Waits() {
			looks--
			if a.told = a.child.Turns(true).Held; !a.told {
				a.child.Look(true) // it goes on, and may not have anything to show for it soon
			}
		}
	}
}

// silent is the event for that: who looks on is to know before it is given up.
func (a *attempt) silent() event.Event {
	e := event.Event{Kind: event.Silent, Name: a.name, PID: a.pid, File: a.at(), Duration: a.quiet.Seconds(), Reason: "no progress"}
	s := a.child.Sleep()
	e.State, e.WChan = s.State, s.Channel
	if s.State == "T" {
		e.Reason = "stopped"
	}
	return e
}

// overdue has the clock go on, and says why the child is to end, if it is.
func (a *attempt) overdue(o Options) (why string) {
	tick := o.tick()
	a.quiet += tick
	a.busy += tick
	signs := a.child.Gauge().Signs()
	if a.heard.Swap(false) || signs != a.signs {
		a.quiet, a.told, a.signs, a.trial = 0, false, signs, trial{}
	}
	if n := a.settled.Load(); n != a.files {
		a.busy, a.files = 0, n
	}
	switch {
	case o.Stall > 0 && a.stalls(o.Stall, tick):
		a.pass = true
		return fmt.Sprint("no progress for ", o.Stall)
	case o.Timeout > 0 && a.busy >= o.Timeout:
		return fmt.Sprint("not done after ", o.Timeout)
	}
	return ""
}

// climb goes on to the next rung when the grace is over.
func (r *run) climb(a *attempt) {
	if a.stay += r.opts.tick(); a.stay >= r.opts.Grace && a.rung < abandon {
		a.climbTo(a.rung + 1)
	}
}

func (a *attempt) climbTo(rung Stop) {
	a.rung, a.stay = rung, 0
	rungs[rung](a.child)
}
