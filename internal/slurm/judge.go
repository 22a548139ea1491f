package slurm

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"brood/internal/event"
)

// judge settles a chunk when one of its attempts is through with it.
func (r *run) judge(n int, w *work) error {
	r.bury(w)
	if r.chunks[n].state != submitted {
		r.forget(n, w)
		return nil
	}
	since := 0
	if r.isLast(n) { // it may be done again
		since = r.chunks[n].generation
	}
	done := w.done(since)
	if done == nil {
		return nil
	}
	if done.failed > 0 {
		if err := r.tellFailures(n, w, ""); err != nil {
			return err
		}
	}
	r.settle(n, w)
	return nil
}

func (r *run) tellFailures(n int, w *work, why string) error {
	return w.failures(r.list(n), why, func(a *attempt, e event.Event) {
		if a != nil {
			e.Node = a.begun.Node
		}
		r.emit(e)
	})
}

func (r *run) settle(n int, w *work) {
	r.set(n, settled)
	r.ask = askFirst
	if r.isLast(n) {
		for _, a := range w.attempts {
			if a.done() && a.begun.Time.After(r.lastBegun) {
				r.lastBegun = a.begun.Time
			}
		}
	}
	r.forget(n, w)
}

// forget lets go of a settled chunk, as soon as no attempt of it runs any more. Only of the
// last one its names are kept: it may come again.
func (r *run) forget(n int, w *work) {
	if r.isLast(n) {
		return
	}
	for _, a := range w.attempts {
		if !a.over() {
			return
		}
	}
	delete(r.works, n)
}

// stragglersOver tells whether no attempt at a settled chunk runs on: one that another has
// overtaken sees that within watchEvery, and ends.
func (r *run) stragglersOver() bool {
	for n, w := range r.works {
		r.bury(w)
		for _, a := range w.attempts {
			if !a.over() {
				return false
			}
		}
		r.forget(n, w)
	}
	return true
}

// bury takes attempts for dead that another has overtaken, and that have been silent for long since.
func (r *run) bury(w *work) {
	latest := w.latest()
	for _, a := range w.attempts {
		if !a.over() && (a.before(latest) || w.done(0) != nil) && time.Since(a.grown) > stragglerFor {
			a.lost = true
			r.ended(a, a.grown, "was overtaken by another attempt, and is silent")
		}
	}
}

// stragglerFor is how long an attempt that another has overtaken may be silent until it is taken for dead.
const stragglerFor = 4 * watchEvery

// lastIsStale tells whether a file was written after the folders had got their times, and if so has that
// done again.
func (r *run) lastIsStale() bool {
	if !r.planned.Last || r.lastBegun.IsZero() || !r.lastFile.After(r.lastBegun) || r.stopped > 0 {
		return false
	}
	last := len(r.chunks) - 1
	r.set(last, listed)
	r.again = append(r.again, last)
	r.lastFile = time.Time{}
	return true
}

// lost takes up a chunk of which no task is to come any more, and none has come to its end.
func (r *run) lost(n int, why string, node string) error {
	w := r.works[n]
	if w == nil {
		w = &work{}
	}
	tries := r.chunks[n].tries - 1
	refused := ""
	for _, a := range w.attempts {
		if !a.over() {
			a.lost = true
			r.ended(a, time.Now(), why)
		}
		tries = max(tries, a.restarts)
		refused = cmp.Or(a.refused(), refused)
	}
	a := w.latest()
	if a != nil && a.refused() != "" {
		why, node = a.refused(), a.begun.Node
	}
	c := &r.chunks[n]
	switch {
	case r.stopped > 0 || r.isStopped():
	case refused != "" && node != "" && c.refused < refusedMost:
		c.refused++
		r.avoid(node, why)
		return r.retry(n, a, why, c.tries)
	case tries < r.Job.Retries:
		return r.retry(n, a, why, tries+1)
	}
	if stopped := r.stopped > 0 || r.isStopped(); !stopped || len(w.attempts) > 0 {
		if err := r.tellFailures(n, w, why); err != nil {
			return err
		}
	}
	r.settle(n, w)
	return nil
}

// refusedMost is on how many nodes a chunk may find another source or destination than it was planned for.
const refusedMost = 3

func (r *run) retry(n int, a *attempt, why string, attempt int) error {
	e := event.Event{Kind: event.Retried, Error: why, Attempt: attempt, Name: taskName(n)}
	if a != nil {
		e.Node, e.Task, e.PID, e.File = a.begun.Node, a.task, a.begun.PID, a.begun.File
	}
	r.emit(e)
	r.set(n, listed)
	r.again = append(r.again, n)
	return nil
}

// avoid has no more tasks start on a node.
func (r *run) avoid(node, why string) {
	if r.badNodes[node] {
		return
	}
	r.badNodes[node] = true
	r.say("node " + node + " is avoided: " + why)
}

// excluded are the nodes to avoid.
func (r *run) excluded() string {
	return strings.Join(slices.Sorted(maps.Keys(r.badNodes)), ",")
}
