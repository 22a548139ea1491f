package schedule

import (
	"errors"
	"syscall"
	"time"

	"brood/internal/event"
	"brood/internal/process"
)

// room is what is known of the system's room for children, and what waits for it.
//
//	refused: a start fails, or a child ends for lack of threads
//	  └─▶ waiting ─▶ slots = the children there are ─▶ one of them ends, or retryEvery ─▶ start
//	         │         └─ + 1 each regainEvery without a refusal, up to what was asked for
//	         └─ no child of ours, and tried retryAtMost times ─▶ failed
type room struct {
	waiting  []*part
	attempts int // at these, with no child of ours to wait for
	retry    <-chan time.Time
	said     bool      // that there is less room than was thought
	lacking  *string   // what process.Lacking has said; nil before it was asked
	changed  time.Time // slots, last
}

// With no child of ours to wait for, five seconds decide: a limit of the user's own does
// not pass. Memory, and the descriptors of the whole system, are given back by others,
// who may need longer.
const (
	retryEvery  = 500 * time.Millisecond
	retryAtMost = 10
	retryShared = 60
	regainEvery = time.Second
)

// tries is how often a start that fails for this cause is tried with no child of ours.
func tries(cause error) int {
	if errors.Is(cause, syscall.ENOMEM) || errors.Is(cause, syscall.ENFILE) {
		return retryShared
	}
	return retryAtMost
}

// notStarted keeps the part for later, or gives it up.
func (r *run) notStarted(t *part, err error) {
	if !process.Exhausted(err) {
		r.giveUp(t, err.Error())
		return
	}
	r.refused(t, err.Error(), err)
}

// refused is what happens when the system has no room for one more child: the part
// waits for one of ours to end; where there is none, it is tried again some times.
func (r *run) refused(t *part, why string, cause error) {
	if r.stopped > 0 || r.room.attempts >= tries(cause) {
		r.giveUp(t, why+r.lacking(cause))
		return
	}
	r.room.waiting = append(r.room.waiting, t)
	r.emit(event.Event{Kind: event.Retried, File: t.names[0], Error: why})
	// It is the system's limit: asking for more again and again would only be refused.
	n := max(len(r.children), 1)
	if !r.room.said && (n < r.slots || len(r.children) == 0) {
		r.emit(event.Event{Kind: event.Limited, Jobs: n, Asked: r.wanted, Reason: why})
		r.room.said = true
	}
	r.setSlots(min(n, r.slots))
	if len(r.children) == 0 {
		r.room.attempts++
		r.room.retry = time.After(retryEvery)
	}
}

// lacking is the limit that is to blame, to be put behind an error.
func (r *run) lacking(cause error) string {
	if r.room.lacking == nil { // asked once, as there may be a million parts to give up
		limit := process.Lacking(cause)
		if limit != "" {
			limit = ": " + limit
		}
		r.room.lacking = &limit
	}
	return *r.room.lacking
}

// roomy notes that a child has had the room that it took.
func (r *run) roomy() {
	r.room.attempts, r.room.lacking = 0, nil
	if r.slots < r.wanted && time.Since(r.room.changed) >= regainEvery {
		r.setSlots(r.slots + 1)
	}
}

// want has another number of children run at once, as far as there is room.
func (r *run) want(n int) {
	if r.slots == r.wanted || n < r.slots {
		r.slots = n
	}
	r.wanted = n
}

func (r *run) setSlots(n int) { r.slots, r.room.changed = n, time.Now() }

// startAgain starts the parts that wait, as far as there is room.
func (r *run) startAgain() {
	if len(r.children) == 0 && r.room.retry != nil {
		return // until that
	}
	for len(r.room.waiting) > 0 && len(r.children) < r.slots {
		t := r.room.waiting[0]
		r.room.waiting = r.room.waiting[1:]
		before := len(r.children)
		if r.start(t); len(r.children) == before {
			return
		}
	}
}
