package schedule

import (
	"fmt"
	"time"

	"brood/internal/event"
	"brood/internal/plan"
	"brood/internal/process"
)

// What is done when the system has no room for one more child: wait for one of
// ours to end; where there is none, try again some times.
const (
	retryEvery  = 500 * time.Millisecond
	retryAtMost = 20
)

// notStarted keeps the job for later, or gives it up.
func (r *run) notStarted(job plan.Job, err error) {
	if r.stopped > 0 || !process.Exhausted(err) || r.attempts == retryAtMost {
		r.giveUp(job, err.Error())
		return
	}
	r.waiting = &job
	r.emit(event.Event{Kind: event.Retried, File: job.Names[0], Error: err.Error()})
	if n := len(r.children); n > 0 {
		// It is the system's limit: asking for more again and again would only be refused.
		r.emit(event.Event{Kind: event.Limited, Jobs: n, Asked: r.slots, Reason: err.Error()})
		r.slots = n
		return
	}
	r.attempts++
	r.retry = time.After(retryEvery)
}

// startAgain tries the job that waits once more.
func (r *run) startAgain() {
	if job := r.waiting; job != nil {
		r.waiting, r.retry = nil, nil
		r.start(*job)
	}
}

func (r *run) giveUpWaiting() {
	if job := r.waiting; job != nil {
		r.waiting, r.retry = nil, nil
		r.giveUp(*job, "stopped before it was started")
	}
}

func (r *run) giveUp(job plan.Job, why string) {
	for _, name := range job.Names {
		r.emit(event.Event{Kind: event.Failed, File: name, Error: fmt.Sprintf("not started: %s", why)})
	}
	r.jobs.Done(job)
}
