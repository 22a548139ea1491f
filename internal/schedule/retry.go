package schedule

import (
	"slices"
	"syscall"
	"time"

	"github.com/cenkalti/backoff/v5"

	"brood/internal/event"
)

// laterAtMost bounds the waiting parts: with more, no new batch starts. On a medium where
// everything fails, a few thousand items are enough.
const laterAtMost = 1000

// stillbornAtMost bounds the stillborn children in a row for the same items.
const stillbornAtMost = 10

// newPauses returns the pauses between the tries of an item: about 1 s, 2 s, 4 s … a minute.
// Each is up to half as much longer or shorter, so that items which failed together do not
// come back together.
func newPauses() *backoff.ExponentialBackOff {
	return &backoff.ExponentialBackOff{
		InitialInterval: time.Second, Multiplier: 2, MaxInterval: time.Minute, RandomizationFactor: 0.5,
	}
}

// later is a part that waits for its next try.
type later struct {
	*part
	at time.Time
}

// ended handles the items that a child did not finish. Failures that may pass are tried
// again. The item that the child was working on has failed; the items after it get another
// child. After a lack of threads none has failed, and all wait for room. A stillborn child has
// done nothing, so its items are as before.
func (s *scheduler) ended(a *attempt) {
	s.meter.children(len(s.children), time.Now())
	delete(s.children, a)
	if a.ran && a.why == nil {
		s.times.add(a.took)
	}
	for _, e := range a.failed {
		s.failed(a, e)
	}
	switch left := a.left; {
	case len(left) > 0 && a.child.Stillborn() && s.stopped > 0: // nobody begins them any more
	case len(left) > 0 && a.child.Stillborn() && a.stillborn < stillbornAtMost:
		rest := a.same(left)
		rest.stillborn++
		s.ready = append(s.ready, rest)
	case len(left) > 0 && a.child.NoRoom():
		s.refused(a.same(left), left[0].Error, syscall.EAGAIN)
	case len(left) > 1 && s.stopped == 0:
		s.ready = append(s.ready, a.rest(left[1:]))
		s.failed(a, a.explained(left[0]))
	default:
		for _, e := range left {
			s.failed(a, a.explained(e))
		}
	}
	if !a.child.NoRoom() {
		s.roomy()
	}
	s.done(a.part)
}

// rest returns a part with the items that the child left.
func (a *attempt) rest(left []event.Event) *part {
	items := make([]string, len(left))
	for i, e := range left {
		items[i] = e.File
	}
	return a.split(items)
}

// same is rest for items that have not failed: they have as many tries left as before.
func (a *attempt) same(left []event.Event) *part {
	rest := a.rest(left)
	rest.tries, rest.failure, rest.pauses, rest.stillborn = a.tries, a.failure, a.pauses, a.stillborn
	return rest
}

// explained returns e with the reason, if the scheduler itself ended the child.
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

// failed tries an item once more, or emits its failure.
func (s *scheduler) failed(a *attempt, e event.Event) {
	if !e.Transient || a.tries >= s.opts.Retries || s.stopped > 0 {
		s.emit(e)
		return
	}
	next := a.again(e)
	pause := next.pauses.NextBackOff()
	s.emit(event.Event{
		Kind: event.Retried, Name: e.Name, PID: e.PID, File: e.File, Error: e.Error,
		Attempt: next.tries, Delay: pause.Seconds(),
	})
	l := later{next, time.Now().Add(pause)}
	i, _ := slices.BinarySearchFunc(s.later, l, func(a, b later) int { return a.at.Compare(b.at) })
	s.later = slices.Insert(s.later, i, l)
	s.setAlarm()
}

// setAlarm sets the alarm to the time of the first waiting part.
func (s *scheduler) setAlarm() {
	s.alarm = nil
	if len(s.later) > 0 {
		s.alarm = time.After(time.Until(s.later[0].at))
	}
}

// wake makes the parts ready whose time has come.
func (s *scheduler) wake() {
	for len(s.later) > 0 && time.Until(s.later[0].at) <= 0 {
		s.ready = append(s.ready, s.later[0].part)
		s.later = s.later[1:]
	}
	s.setAlarm()
}

// giveUpAll gives up all parts that have not started. A command that has never begun is left out without a word, like
// those that the source still holds: its item has not failed.
func (s *scheduler) giveUpAll() {
	for _, p := range slices.Concat(s.refusals.waiting, s.ready) {
		if s.opts.Output && p.tries == 0 {
			s.done(p)
			continue
		}
		s.giveUp(p, stoppedBefore)
	}
	for _, l := range s.later {
		s.giveUp(l.part, stoppedBefore)
	}
	s.refusals.waiting, s.refusals.retry = nil, nil
	s.later, s.ready, s.alarm = nil, nil, nil
}

// stoppedBefore is why a part is given up when the run ends early.
const stoppedBefore = "stopped before it was started"

// giveUp emits a failure for each item of a part: for an item that was tried, the error of its last try, and why there
// is no other, unless the run ends early.
func (s *scheduler) giveUp(p *part, why string) {
	for _, item := range p.items {
		switch {
		case p.failure != nil && item == p.failure.File:
			e := *p.failure
			if why != stoppedBefore {
				e.Error += "; the next attempt was not started: " + why
			}
			s.emit(e)
		case !slices.Contains(p.redone, item):
			s.emit(event.Event{Kind: event.Failed, File: item, Seq: p.batch.Seq, Error: "not started: " + why})
		}
	}
	s.done(p)
}

// done notes that a part is over. After the last one it tells the source that the batch is done.
func (s *scheduler) done(p *part) {
	if p.parts--; p.parts == 0 {
		s.source.Done(p.batch)
	}
}
