package schedule

import (
	"time"

	"brood/internal/machine"
)

// trial decides whether a child without progress could have made some. It could not while
// it waited for its turn at the rate, as its gauge shows, or for a CPU, as the kernel shows.
// Neither needs a message, which a busy machine could delay.
//
//	progress ──(half of Stall)──▶ note its CPU time ──(half of Stall)──▶ verdict ──▶ stalled
//	   ▲                              ▲                                     │
//	   └── any sign of life           └──── it could not: acquitted ◀───────┘
//
// Only children that come near the verdict cost a reading of /proc.
type trial struct {
	began     bool
	turns     machine.Turns // at the beginning of the present half
	ran       time.Duration // CPU time in the halves before
	acquitted bool          // at least once
	held      time.Duration // how long every look has found it stopped, in state D, or ended
}

// chance returns how much CPU time is enough for any child to make progress: to move a block of 1 MiB, or to start.
// A command may compute for much longer before it writes, so it must have had a CPU for half of a half of Stall.
func (o Options) chance() time.Duration {
	if o.Output {
		return o.Stall / 4
	}
	return min(250*time.Millisecond, o.Stall/20)
}

// stalls reports, at each tick, whether the child has stalled.
func (a *attempt) stalls(o Options, tick time.Duration) bool {
	half, due, t := o.Stall/2, a.quiet >= o.Stall, &a.trial
	if a.quiet < half || t.began && t.held == 0 && !due {
		return false
	}
	waits := a.child.Gauge().Waits()
	now := a.child.Turns(waits)
	if !t.began {
		t.began, t.turns = true, now
	}
	if now.Held || !now.Alive {
		// A child that waits or was acquitted may have been stopped only now: it gets a full Stall. The same holds for
		// a child that has ended, since this process may be late to learn that.
		t.held += tick
		return t.held >= o.Stall || due && now.Held && !waits && !t.acquitted
	}
	if t.held = 0; !due {
		return false
	}
	t.ran += max(now.Ran-t.turns.Ran, 0)
	starves := now.Runnable || now.Waited-t.turns.Waited > half/4
	if t.ran >= o.chance() || !waits && !starves {
		return true
	}
	a.quiet -= half
	t.turns, t.acquitted = now, true
	if waits {
		t.ran = 0
	}
	return false
}
