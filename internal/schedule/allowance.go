package schedule

import (
	"math"
	"time"

	"brood/internal/event"
)

// beat is the interval of Options.Room and of the tuner's readings.
const beat = time.Second

// limitedEvery is the shortest time between two Limited events of an allowance, in beats.
const limitedEvery = 60

// allowance is the last answer of Options.Room. The scheduler asks at most once a beat, and
// only before it starts a child. Until the next beat it keeps to the number of children that
// the answer allows: each start uses one up, each end gives one back.
//
//	asked ─(fewer than most run)▶ start ─▶ … ─(most run)▶ held back ─(the next beat)▶ asked
type allowance struct {
	asked bool
	most  int    // children that may run at once
	why   string // why not more

	held bool // the part that is ready was held back
	mute int  // beats until the next Limited event
}

// admits reports whether the machine has room for one more child. It emits Limited when
// the machine begins to have none.
func (s *scheduler) admits() bool {
	if s.opts.Room == nil {
		return true
	}
	a := &s.allowance
	if !a.asked {
		more, why := s.opts.Room()
		a.asked, a.most, a.why = true, more, why
		if more < math.MaxInt {
			a.most = len(s.children) + more
		}
	}
	if len(s.children) < a.most {
		a.held = false
		return true
	}
	if !a.held && a.mute == 0 {
		s.emit(event.Event{Kind: event.Limited, Slots: len(s.children), Asked: s.slots, Reason: a.why})
		a.mute = limitedEvery
	}
	a.held = true
	return false
}

func (a *allowance) beat() {
	a.asked = false
	a.mute = max(a.mute-1, 0)
}
