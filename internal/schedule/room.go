package schedule

import (
	"time"

	"brood/internal/event"
	"brood/internal/process"
)

// What is done when the system has no room for one more child: wait for one of
// ours to end; where there is none, try again some times.
const (
	retryEvery  = 500 * time.Millisecond
	retryAtMost = 20
)

// notStarted keeps the task for later, or gives it up.
func (r *run) notStarted(t *task, err error) {
	if r.stopped > 0 || !process.Exhausted(err) || r.attempts == retryAtMost {
		r.giveUp(t, err.Error())
		return
	}
	r.waiting = t
	r.emit(event.Event{Kind: event.Retried, File: t.names[0], Error: err.Error()})
	if n := len(r.children); n > 0 {
		// It is the system's limit: asking for more again and again would only be refused.
		r.emit(event.Event{Kind: event.Limited, Jobs: n, Asked: r.slots, Reason: err.Error()})
		r.slots = n
		return
	}
	r.attempts++
	r.room = time.After(retryEvery)
}

// startAgain tries the task that waits for room once more.
func (r *run) startAgain() {
	if t := r.waiting; t != nil {
		r.waiting, r.room = nil, nil
		r.start(t)
	}
}
