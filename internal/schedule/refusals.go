package schedule

import (
	"errors"
	"syscall"
	"time"

	"brood/internal/event"
	"brood/internal/process"
)

// refusals holds the parts that the system had no room for: no process, thread, memory or descriptor.
//
//	refused: a start fails, or a child ends for lack of threads
//	  └─▶ waiting ─▶ slots = running children ─▶ one of them ends, or retryEvery passes ─▶ start
//	         │         └─ + 1 each regainEvery without a refusal, up to wanted
//	         └─ no child runs, and triesFor(cause) tries have failed ─▶ failed
type refusals struct {
	waiting  []*part
	tries    int              // failed starts while no child ran
	retry    <-chan time.Time // fires when the next of them is due
	reported bool             // Limited was emitted
	lacking  *string          // result of process.Lacking; nil before the first call
	changed  time.Time        // last change of slots
}

// While no child runs, the scheduler gives up after some tries. Five seconds are enough for
// a limit of the user's own, which does not pass. Other processes may give back memory and
// the descriptors of the whole system, which may take longer.
const (
	retryEvery  = 500 * time.Millisecond
	retryAtMost = 10
	retryShared = 60
	regainEvery = time.Second
)

// triesFor returns the number of tries after a refusal with this cause, while no child runs.
func triesFor(cause error) int {
	if errors.Is(cause, syscall.ENOMEM) || errors.Is(cause, syscall.ENFILE) {
		return retryShared
	}
	return retryAtMost
}

// notStarted keeps the part if the system had no room for its child; otherwise it gives the part up.
func (s *scheduler) notStarted(p *part, err error) {
	if !process.Exhausted(err) {
		s.giveUp(p, err.Error())
		return
	}
	s.refused(p, err.Error(), err)
}

// refused handles a part that the system has no room for. The part waits until a child ends.
// If no child runs, it is tried again some times and then given up.
func (s *scheduler) refused(p *part, why string, cause error) {
	if s.stopped > 0 || s.refusals.tries >= triesFor(cause) {
		s.giveUp(p, why+s.lacking(cause))
		return
	}
	s.refusals.waiting = append(s.refusals.waiting, p)
	s.emit(event.Event{Kind: event.Retried, File: p.items[0], Error: why})
	// The system's limit is reached: fewer slots avoid a refusal for each batch.
	n := max(len(s.children), 1)
	if !s.refusals.reported && (n < s.slots || len(s.children) == 0) {
		s.emit(event.Event{Kind: event.Limited, Slots: n, Asked: s.wanted, Reason: why})
		s.refusals.reported = true
	}
	s.setSlots(min(n, s.slots))
	if len(s.children) == 0 {
		s.refusals.tries++
		s.refusals.retry = time.After(retryEvery)
	}
}

// lacking names the limit that caused the refusal, as the end of an error message.
func (s *scheduler) lacking(cause error) string {
	if s.refusals.lacking == nil { // one call for what may be a million parts
		limit := process.Lacking(cause)
		if limit != "" {
			limit = ": " + limit
		}
		s.refusals.lacking = &limit
	}
	return *s.refusals.lacking
}

// roomy notes that the system had room for a child. After some time it regains a slot.
func (s *scheduler) roomy() {
	s.refusals.tries, s.refusals.lacking = 0, nil
	if s.slots < s.wanted && time.Since(s.refusals.changed) >= regainEvery {
		s.setSlots(s.slots + 1)
	}
}

// want sets the number of children that should run at once.
func (s *scheduler) want(n int) {
	if s.slots == s.wanted || n < s.slots {
		s.slots = n
	}
	s.wanted = n
}

func (s *scheduler) setSlots(n int) { s.slots, s.refusals.changed = n, time.Now() }

// startAgain starts waiting parts until the slots are full or the system refuses again.
func (s *scheduler) startAgain() {
	if len(s.children) == 0 && s.refusals.retry != nil {
		return // retry is due later
	}
	for len(s.refusals.waiting) > 0 && len(s.children) < s.slots {
		p := s.refusals.waiting[0]
		s.refusals.waiting = s.refusals.waiting[1:]
		before := len(s.children)
		if s.start(p); len(s.children) == before {
			return
		}
	}
}
