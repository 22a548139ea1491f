package schedule

import (
	"math"
	"time"

	"brood/internal/event"
)

// beat is how often the machine is looked at: whether it has room for one more child, and how much is moved.
const beat = time.Second

// sayAgain is how many beats pass at least before it is said again that the machine holds children back.
const sayAgain = 60

// admission is what the machine had room for when it was asked last. It is asked at most once a beat, and only when a
// child is to be started; until the next beat each child that is started since counts as one, and each that ends.
//
//	asked ─(fewer than most run)▶ start ─▶ … ─(most run)▶ held back ─(the next beat)▶ asked
type admission struct {
	asked bool
	most  int // children that may run at once
	why   string

	held bool // the part that is ready was not admitted
	said int  // beats until that may be said again
}

// admits tells whether the machine has room for one more child, and says so when it begins to have none.
func (r *run) admits() bool {
	if r.opts.Room == nil {
		return true
	}
	a := &r.admission
	if !a.asked {
		more, why := r.opts.Room()
		a.asked, a.most, a.why = true, more, why
		if more < math.MaxInt {
			a.most = len(r.children) + more
		}
	}
	if len(r.children) < a.most {
		a.held = false
		return true
	}
	if !a.held && a.said == 0 {
		r.emit(event.Event{Kind: event.Limited, Jobs: len(r.children), Asked: r.slots, Reason: a.why})
		a.said = sayAgain
	}
	a.held = true
	return false
}

func (a *admission) beat() {
	a.asked = false
	a.said = max(a.said-1, 0)
}
