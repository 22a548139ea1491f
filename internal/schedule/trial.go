package schedule

import (
	"time"

	"brood/internal/machine"
)

// trial is whether a child that makes no progress could have made some. It could not while
// it waited for its turn at the rate, which it says in memory, or for a CPU, which the kernel
// says. No message is needed for either that a busy machine could hold up.
//
//	progress ──(half of Stall)──▶ its turns at the CPUs are noted ──(half of Stall)──▶ verdict ──▶ stalled
//	   ▲                                      ▲                                           │
//	   └─────── any sign of life              └──── it could not: acquitted until then ◀──┘
//
// /proc is read for those alone that come near the verdict.
type trial struct {
	began     bool
	turns     machine.Turns // when the present half began
	ran       time.Duration // in the halves before
	acquitted bool          // once or more often
	held      time.Duration // how long it has been seen stopped, or in state D
}

// chance is enough CPU time for any child to make progress: to move a block of 1 MiB, or to begin.
const chance = 250 * time.Millisecond

// stalls tells, at each tick, whether to give the child up.
func (a *attempt) stalls(stall, tick time.Duration) bool {
	half, due, t := stall/2, a.quiet >= stall, &a.trial
	if a.quiet < half || t.began && t.held == 0 && !due {
		return false
	}
	waits := a.child.Gauge().Waits()
	now := a.child.Turns(waits)
	if !t.began {
		t.began, t.turns = true, now
	}
	if now.Held {
		// One that waits, or was acquitted, may have been stopped just now.
		t.held += tick
		return t.held >= stall || due && !waits && !t.acquitted
	}
	if t.held = 0; !due {
		return false
	}
	t.ran += now.Ran - t.turns.Ran
	starves := now.Runnable || now.Waited-t.turns.Waited > half/4
	if t.ran >= min(chance, stall/20) || !waits && !starves {
		return true
	}
	a.quiet -= half
	t.turns, t.acquitted = now, true
	if waits {
		t.ran = 0
	}
	return false
}
