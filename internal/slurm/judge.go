package slurm

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"brood/internal/event"
)

// judge settles a batch when one of its attempts is through with it.
func (d *dispatcher) judge(n int, tried *attempts) error {
	d.bury(tried)
	switch d.batches[n].state {
	case listed: // once more: what was read of it is kept, or it would be told once more, too
		return nil
	case settled:
		d.forget(n, tried)
		return nil
	}
	since := 0
	if d.isLast(n) { // it may be done again
		since = d.batches[n].generation
	}
	done := tried.done(since)
	if done == nil {
		return nil
	}
	if done.failed > 0 {
		if err := d.tellFailures(n, tried, ""); err != nil {
			return err
		}
	}
	d.settle(n, tried)
	return nil
}

func (d *dispatcher) tellFailures(n int, tried *attempts, why string) error {
	return tried.failures(d.list(n), why, func(a *attempt, e event.Event) {
		if a != nil {
			e.Node = a.begun.Node
		}
		d.emit(e)
	})
}

func (d *dispatcher) settle(n int, tried *attempts) {
	d.set(n, settled)
	d.ask = askFirst
	if d.isLast(n) {
		for _, a := range tried.all {
			if a.done() && a.begun.Time.After(d.lastBegun) {
				d.lastBegun = a.begun.Time
			}
		}
	}
	d.forget(n, tried)
}

// forget lets go of a settled batch, as soon as no attempt of it runs any more. Only of the
// last one its names are kept: it may come again.
func (d *dispatcher) forget(n int, tried *attempts) {
	if d.isLast(n) {
		return
	}
	for _, a := range tried.all {
		if !a.over() {
			return
		}
	}
	delete(d.attempts, n)
}

// stragglersOver tells whether no attempt at a settled batch runs on: one that another has
// overtaken sees that within watchEvery, and ends.
func (d *dispatcher) stragglersOver() bool {
	for n, tried := range d.attempts {
		d.bury(tried)
		for _, a := range tried.all {
			if !a.over() {
				return false
			}
		}
		d.forget(n, tried)
	}
	return true
}

// bury takes attempts for dead that another has overtaken, and that have been silent for long since.
func (d *dispatcher) bury(tried *attempts) {
	latest := tried.latest()
	for _, a := range tried.all {
		if !a.over() && (a.before(latest) || tried.done(0) != nil) && time.Since(a.grown) > stragglerFor {
			a.lost = true
			d.ended(a, a.grown, "was overtaken by another attempt, and is silent")
		}
	}
}

// stragglerFor is how long an attempt that another has overtaken may be silent until it is taken for dead.
const stragglerFor = 4 * watchEvery

// lastIsStale tells whether a file was written after the folders had got their times, and if so has that
// done again.
func (d *dispatcher) lastIsStale() bool {
	if !d.planned.Last || d.lastBegun.IsZero() || !d.lastFile.After(d.lastBegun) || d.ending {
		return false
	}
	last := len(d.batches) - 1
	d.set(last, listed)
	d.again = append(d.again, last)
	d.lastFile = time.Time{}
	return true
}

// lost takes up a batch of which no task is to come any more, and none has come to its end or still writes. over is what
// Slurm says of the latest.
func (d *dispatcher) lost(n int, over queued) error {
	if err := d.catchUp(n); err != nil {
		return d.tolerate(err) // it is lost when that can be known
	}
	if d.batches[n].state != submitted || d.isAlive(n) && !d.hasEnded(n, over) {
		return nil
	}
	tried := d.attempts[n]
	if tried == nil {
		tried = &attempts{}
	}
	c := &d.batches[n]
	why, node, refused := over.why(), over.node, over.refusesNode()
	tries := c.tries - 1 - c.refused
	for _, a := range tried.all {
		if !a.over() {
			a.lost = true
			d.ended(a, time.Now(), why)
		}
		tries = max(tries, a.restarts)
	}
	latest := tried.latest()
	if latest != nil && latest.refused() != "" {
		why, node, refused = latest.refused(), latest.begun.Node, true
	}
	stopped := d.ending || d.isStopped()
	switch {
	case stopped:
	case refused && node != "" && c.refused < refusedMost:
		c.refused++
		d.avoid(node, why)
		return d.retry(n, latest, why, c.tries)
	case tries < d.Job.Retries:
		return d.retry(n, latest, why, tries+1)
	}
	if stopped && len(tried.all) == 0 {
		d.settle(n, tried)
		return nil
	}
	return d.fail(n, tried, why)
}

// fail gives a batch up: each name that is not settled has failed for that reason.
func (d *dispatcher) fail(n int, tried *attempts, why string) error {
	if err := d.tellFailures(n, tried, why); err != nil {
		return err
	}
	d.settle(n, tried)
	return nil
}

// failAll is fail of batches that Slurm does not take once more.
func (d *dispatcher) failAll(a array, why string) error {
	for _, t := range a.Tasks {
		n := a.First + t
		tried := d.attempts[n]
		if tried == nil {
			tried = &attempts{}
		}
		latest := why
		if l := tried.latest(); l != nil && l.refused() != "" {
			latest = l.refused() + "; " + why
		}
		if err := d.fail(n, tried, latest); err != nil {
			return err
		}
	}
	return nil
}

// hasEnded tells whether the record of the task of which Slurm says that it is over has come to its end.
func (d *dispatcher) hasEnded(n int, over queued) bool {
	tried, ok := d.attempts[n], false
	if g, known := d.byID[over.array]; tried != nil && known {
		task := fmt.Sprintf("%s_%d", over.array, n-d.known[g].First)
		ok = slices.ContainsFunc(tried.all, func(a *attempt) bool { return a.task == task && a.finished != nil && a.restarts == over.restarts })
	}
	return ok
}

// isAlive tells whether an attempt at a batch has written not long ago, whatever Slurm says.
func (d *dispatcher) isAlive(n int) bool {
	tried := d.attempts[n]
	return tried != nil && slices.ContainsFunc(tried.all, func(a *attempt) bool {
		return !a.over() && time.Since(a.grown) < max(quietFor, 5*d.Job.Every.Duration())
	})
}

// quietFor is longer than a task that copies is silent, unless its disk is very slow; then it is overtaken.
const quietFor = 5 * time.Second

// refusedMost is on how many nodes a batch may find another source or destination than it was planned for.
const refusedMost = 3

func (d *dispatcher) retry(n int, a *attempt, why string, attempt int) error {
	e := event.Event{Kind: event.Retried, Error: why, Attempt: attempt, Name: taskName(n)}
	if a != nil {
		e.Node, e.Task, e.PID = a.begun.Node, a.task, a.begun.PID
	}
	var err error
	if e.File, err = d.firstOf(n); err != nil {
		return err
	}
	d.emit(e)
	d.set(n, listed)
	d.again = append(d.again, n)
	return nil
}

// avoid has no more tasks start on a node.
func (d *dispatcher) avoid(node, why string) {
	if d.badNodes[node] {
		return
	}
	d.badNodes[node], d.avoided = true, true
	d.say("node " + node + " is avoided: " + why)
}

// excluded are the nodes to avoid.
func (d *dispatcher) excluded() string {
	return strings.Join(slices.Sorted(maps.Keys(d.badNodes)), ",")
}
