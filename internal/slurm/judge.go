package slurm

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"brood/internal/event"
)

// judge settles a chunk when one of its attempts is through with it.
func (r *run) judge(n int, w *work) error {
	r.bury(w)
	switch r.chunks[n].state {
	case listed: // once more: what was read of it is kept, or it would be told once more, too
		return nil
	case settled:
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
	if !r.planned.Last || r.lastBegun.IsZero() || !r.lastFile.After(r.lastBegun) || r.ending {
		return false
	}
	last := len(r.chunks) - 1
	r.set(last, listed)
	r.again = append(r.again, last)
	r.lastFile = time.Time{}
	return true
}

// lost takes up a chunk of which no task is to come any more, and none has come to its end or still writes. over is what
// Slurm says of the latest.
func (r *run) lost(n int, over queued) error {
	if err := r.catchUp(n); err != nil {
		return r.tolerate(err) // it is lost when that can be known
	}
	if r.chunks[n].state != submitted || r.isAlive(n) && !r.hasEnded(n, over) {
		return nil
	}
	w := r.works[n]
	if w == nil {
		w = &work{}
	}
	c := &r.chunks[n]
	why, node, refused := over.why(), over.node, over.refusesNode()
	tries := c.tries - 1 - c.refused
	for _, a := range w.attempts {
		if !a.over() {
			a.lost = true
			r.ended(a, time.Now(), why)
		}
		tries = max(tries, a.restarts)
	}
	latest := w.latest()
	if latest != nil && latest.refused() != "" {
		why, node, refused = latest.refused(), latest.begun.Node, true
	}
	stopped := r.ending || r.isStopped()
	switch {
	case stopped:
	case refused && node != "" && c.refused < refusedMost:
		c.refused++
		r.avoid(node, why)
		return r.retry(n, latest, why, c.tries)
	case tries < r.Job.Retries:
		return r.retry(n, latest, why, tries+1)
	}
	if stopped && len(w.attempts) == 0 {
		r.settle(n, w)
		return nil
	}
	return r.fail(n, w, why)
}

// fail gives a chunk up: each name that is not settled has failed for that reason.
func (r *run) fail(n int, w *work, why string) error {
	if err := r.tellFailures(n, w, why); err != nil {
		return err
	}
	r.settle(n, w)
	return nil
}

// failAll is fail of chunks that Slurm does not take once more.
func (r *run) failAll(a array, why string) error {
	for _, t := range a.Tasks {
		n := a.First + t
		w := r.works[n]
		if w == nil {
			w = &work{}
		}
		latest := why
		if l := w.latest(); l != nil && l.refused() != "" {
			latest = l.refused() + "; " + why
		}
		if err := r.fail(n, w, latest); err != nil {
			return err
		}
	}
	return nil
}

// hasEnded tells whether the record of the task of which Slurm says that it is over has come to its end.
func (r *run) hasEnded(n int, over queued) bool {
	w, ok := r.works[n], false
	if g, known := r.byID[over.array]; w != nil && known {
		task := fmt.Sprintf("%s_%d", over.array, n-r.known[g].First)
		ok = slices.ContainsFunc(w.attempts, func(a *attempt) bool { return a.task == task && a.finished != nil && a.restarts == over.restarts })
	}
	return ok
}

// isAlive tells whether an attempt at a chunk has written not long ago, whatever Slurm says.
func (r *run) isAlive(n int) bool {
	w := r.works[n]
	return w != nil && slices.ContainsFunc(w.attempts, func(a *attempt) bool {
		return !a.over() && time.Since(a.grown) < max(quietFor, 5*r.Job.Every.Duration())
	})
}

// quietFor is longer than a task that copies is silent, unless its disk is very slow; then it is overtaken.
const quietFor = 5 * time.Second

// refusedMost is on how many nodes a chunk may find another source or destination than it was planned for.
const refusedMost = 3

func (r *run) retry(n int, a *attempt, why string, attempt int) error {
	e := event.Event{Kind: event.Retried, Error: why, Attempt: attempt, Name: taskName(n)}
	if a != nil {
		e.Node, e.Task, e.PID = a.begun.Node, a.task, a.begun.PID
	}
	var err error
	if e.File, err = r.firstOf(n); err != nil {
		return err
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
	r.badNodes[node], r.avoided = true, true
	r.say("node " + node + " is avoided: " + why)
}

// excluded are the nodes to avoid.
func (r *run) excluded() string {
	return strings.Join(slices.Sorted(maps.Keys(r.badNodes)), ",")
}
