package schedule

import (
	"slices"
	"syscall"
	"time"

	"github.com/cenkalti/backoff/v5"

	"brood/internal/event"
)

// laterAtMost is how many parts may wait for their next try until no new batch is
// started: of a medium that fails at everything, a few thousand names are enough.
const laterAtMost = 1000

// newPauses are those between the tries of a file: about 1 s, 2 s, 4 s … a minute, each up to
// half as much longer or shorter, so that files which failed together don't come back together.
func newPauses() *backoff.ExponentialBackOff {
	return &backoff.ExponentialBackOff{InitialInterval: time.Second, Multiplier: 2, MaxInterval: time.Minute, RandomizationFactor: 0.5}
}

// later is a part that waits for its time.
type later struct {
	*part
	at time.Time
}

// ended takes up what a child has left undone: the name that it was at has failed, what it never came to is
// for another child, and what failed for a cause that may pass is tried again.
func (r *run) ended(a *attempt) {
	r.meter.children(len(r.children), time.Now())
	delete(r.children, a)
	for _, e := range a.failed {
		r.failed(a, e)
	}
	switch left := a.left; {
	case len(left) > 0 && a.child.NoRoom():
		rest := a.rest(left)
		rest.tries, rest.failure, rest.pauses = a.tries, a.failure, a.pauses
		r.refused(rest, left[0].Error, syscall.EAGAIN)
	case len(left) > 1 && r.stopped == 0:
		r.ready = append(r.ready, a.rest(left[1:]))
		r.failed(a, a.explained(left[0]))
	default:
		for _, e := range left {
			r.failed(a, a.explained(e))
		}
	}
	if !a.child.NoRoom() {
		r.roomy()
	}
	r.done(a.part)
}

// rest is a part of the names that a child has left.
func (a *attempt) rest(left []event.Event) *part {
	names := make([]string, len(left))
	for i, e := range left {
		names[i] = e.File
	}
	return a.split(names)
}

// explained has the reason for which we have ended the child.
func (a *attempt) explained(e event.Event) event.Event {
	if a.why == nil {
		return e
	}
	why := "stalled: " + a.why.Reason
	if a.rung == abandon {
		why += "; " + e.Error
	}
	e.Error, e.Transient = why, a.pass
	e.State, e.WChan = a.why.State, a.why.WChan
	return e
}

// failed tries a name once more, or says that it has failed for good.
func (r *run) failed(a *attempt, e event.Event) {
	if !e.Transient || a.tries >= r.opts.Retries || r.stopped > 0 {
		r.emit(e)
		return
	}
	next := a.again(e)
	pause := next.pauses.NextBackOff()
	r.emit(event.Event{Kind: event.Retried, Name: e.Name, PID: e.PID, File: e.File, Error: e.Error, Attempt: next.tries, Delay: pause.Seconds()})
	l := later{next, time.Now().Add(pause)}
	i, _ := slices.BinarySearchFunc(r.later, l, func(a, b later) int { return a.at.Compare(b.at) })
	r.later = slices.Insert(r.later, i, l)
	r.setAlarm()
}

// setAlarm is for the part whose time comes first.
func (r *run) setAlarm() {
	r.alarm = nil
	if len(r.later) > 0 {
		r.alarm = time.After(time.Until(r.later[0].at))
	}
}

// wake makes those ready whose time has come.
func (r *run) wake() {
	for len(r.later) > 0 && time.Until(r.later[0].at) <= 0 {
		r.ready = append(r.ready, r.later[0].part)
		r.later = r.later[1:]
	}
	r.setAlarm()
}

// giveUpAll is for the parts that will not be started any more.
func (r *run) giveUpAll() {
	const why = "stopped before it was started"
	for _, t := range r.room.waiting {
		r.giveUp(t, why)
	}
	for _, l := range r.later {
		r.giveUp(l.part, why)
	}
	for _, t := range r.ready {
		r.giveUp(t, why)
	}
	r.room.waiting, r.room.retry = nil, nil
	r.later, r.ready, r.alarm = nil, nil, nil
}

// giveUp fails what is left of a part: a name that was tried with the error of that.
func (r *run) giveUp(t *part, why string) {
	for _, name := range t.names {
		switch e := (event.Event{Kind: event.Failed, File: name, Error: "not started: " + why}); {
		case t.failure != nil && name == t.failure.File:
			r.emit(*t.failure)
		case !slices.Contains(t.redone, name):
			r.emit(e)
		}
	}
	r.done(t)
}

// done tells the plan of a batch all of whose parts are over.
func (r *run) done(t *part) {
	if t.parts--; t.parts == 0 {
		r.source.Done(t.batch)
	}
}
