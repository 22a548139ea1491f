package schedule

import (
	"fmt"
	"time"

	"brood/internal/event"
	"brood/internal/plan"
)

// patience measures how long a child takes, in ticks (plan.Tick), and which rung of the
// ladder the child is on when that was too long.
//
//	runs ─(no progress for Stall, or no item settled for Timeout)▶ Terminate ─(grace)▶ Kill ─(grace)▶ abandon
//
// Time without progress is a stall only if the child could have made some; trial decides.
type patience struct {
	began  time.Time     // of the attempt
	quiet  time.Duration // since the last progress
	busy   time.Duration // since the last item settled
	count  int32         // settled items at the last tick
	signs  uint64        // signs of the child at the last tick
	silent bool          // a Silent event was emitted, and no progress since
	trial  trial

	rung Stop
	stay time.Duration // on that rung
	why  *event.Event  // the Stalled event; nil when the child is not ended for that
	pass bool          // the reason may pass: the item may be tried again
}

// tick returns the interval of the ticks: short enough for the shorter of Stall and Timeout.
// It is 0 if nothing needs them.
func (o Options) tick() time.Duration {
	shortest := o.Stall
	if shortest == 0 || o.Timeout > 0 && o.Timeout < shortest {
		shortest = o.Timeout
	}
	switch {
	case shortest > 0:
		return plan.Tick(shortest)
	case o.Silence != nil || o.Percent > 0:
		return time.Second
	}
	return 0
}

// silentAtOnce bounds the silent children that one tick examines. Each costs the reading of a
// file for each of its threads, and if thousands are stopped, it is enough to report some.
const silentAtOnce = 10

// tick advances the clocks of all children. It ends the overdue children, moves them up the
// ladder, and reports the silent ones. For a child that has ended, time no longer counts.
func (s *scheduler) tick() {
	if s.stopped >= Terminate {
		return // the whole run is on the ladder
	}
	looks, limit := silentAtOnce, s.limit()
	for a := range s.children {
		if a.child.HasEnded() {
			continue
		}
		if a.rung > 0 {
			s.climb(a)
		} else if why := a.overdue(s.opts, limit); why != "" {
			sleep := a.child.Sleep()
			a.why = &event.Event{
				Kind: event.Stalled, Name: a.name, PID: a.pid, File: a.at(), Reason: why,
				State: sleep.State, WChan: sleep.Channel,
			}
			s.emit(*a.why)
			a.climbTo(Terminate)
		} else if !a.silent && looks > 0 && s.opts.Silence != nil && a.quiet >= s.opts.Silence(len(s.children)) {
			looks--
			if a.silent = !a.child.Gauge().Waits() || a.child.Turns(true).Held; a.silent {
				s.emit(a.silence())
			}
		} else if a.silent && looks > 0 && a.child.Gauge().Waits() {
			looks--
			if a.silent = a.child.Turns(true).Held; !a.silent {
				a.child.Look(true) // it was stopped and goes on; its next progress may take long
			}
		}
	}
}

// silence returns the Silent event, which tells a user about the child before it is ended.
func (a *attempt) silence() event.Event {
	e := event.Event{
		Kind: event.Silent, Name: a.name, PID: a.pid, File: a.at(), Duration: a.quiet.Seconds(), Reason: "no progress",
	}
	sleep := a.child.Sleep()
	e.State, e.WChan = sleep.State, sleep.Channel
	if sleep.State == "T" {
		e.Reason = "stopped"
	}
	return e
}

// overdue advances the clocks by one tick. It returns why the child must end, or "".
func (a *attempt) overdue(o Options, limit limit) (why string) {
	tick := o.tick()
	a.quiet += tick
	a.busy = min(a.busy+tick, time.Since(a.began)) // the first tick may have been shorter
	signs := a.child.Signs()
	if a.heard.Swap(false) || signs != a.signs {
		a.quiet, a.silent, a.signs, a.trial = 0, false, signs, trial{}
	}
	if n := a.settled.Load(); n != a.count {
		a.busy, a.count = 0, n
	}
	switch {
	case o.Stall > 0 && a.stalls(o, tick):
		a.pass = o.Longer || !o.Output
		if o.Output {
			return fmt.Sprint("no output for ", o.Stall)
		}
		return fmt.Sprint("no progress for ", o.Stall)
	case limit.time > 0 && a.busy >= limit.time:
		a.pass = o.Longer
		return limit.why
	}
	return ""
}

// climb moves a child to the next rung when the grace on its rung is over.
func (s *scheduler) climb(a *attempt) {
	if a.stay += s.opts.tick(); a.stay >= s.opts.Grace && a.rung < abandon {
		a.climbTo(a.rung + 1)
	}
}

func (a *attempt) climbTo(rung Stop) {
	a.rung, a.stay = rung, 0
	rung.do(a.child)
}
