package slurm

import (
	"maps"
	"slices"
	"time"

	"brood/internal/event"
)

// judge settles a batch if one of its attempts has finished it.
func (d *dispatcher) judge(n int, tried *attempts) error {
	d.markLost(tried)
	switch d.batches[n].state {
	case listed: // keep the events that were read: the next submission must not repeat them
		return nil
	case settled:
		d.release(n, tried)
		return nil
	}
	since := 0
	if d.isLast(n) { // an attempt of an earlier submission does not count: a file was written after it
		since = d.batches[n].generation
	}
	done := tried.done(since)
	if done == nil {
		return nil
	}
	if done.failed > 0 {
		if err := d.emitFailures(n, tried, ""); err != nil {
			return err
		}
	}
	d.settle(n, tried)
	return nil
}

// emitFailures emits Failed for the names of a batch that failed in the end (attempts.failures).
func (d *dispatcher) emitFailures(n int, tried *attempts, why string) error {
	return tried.failures(d.eachItem(n), why, func(a *attempt, e event.Event) {
		if a != nil {
			e.Node = a.begun.Node
		}
		d.emitOutcome(a, e)
	})
}

// settle ends a batch.
func (d *dispatcher) settle(n int, tried *attempts) {
	d.set(n, settled)
	d.askAfter = askFirst
	if d.isLast(n) {
		for _, a := range tried.all {
			if a.done() && a.begun.Time.After(d.lastBegun) {
				d.lastBegun = a.begun.Time
			}
		}
	}
	d.release(n, tried)
}

// release frees the memory of a settled batch once none of its attempts runs. The last batch keeps its names, because
// it may be submitted again.
func (d *dispatcher) release(n int, tried *attempts) {
	if d.isLast(n) || tried.any(func(a *attempt) bool { return !a.over() }) {
		return
	}
	delete(d.attempts, n)
}

// stragglersOver tells whether no attempt at a settled batch still runs. Such an attempt notices a later one within
// watchEvery, and ends.
func (d *dispatcher) stragglersOver() bool {
	for n, tried := range d.attempts {
		d.markLost(tried)
		if tried.any(func(a *attempt) bool { return !a.over() }) {
			return false
		}
		d.release(n, tried)
	}
	return true
}

// markLost marks attempts as lost that are silent and no longer needed: a later one began, or another one is done.
func (d *dispatcher) markLost(tried *attempts) {
	latest := tried.latest()
	for _, a := range tried.all {
		needless := !a.over() && (a.before(latest) || tried.done(0) != nil)
		if needless && time.Since(a.grown) > stragglerFor {
			a.lost = true
			d.emitExited(a, a.grown, "another attempt replaced it, and it writes no more")
		}
	}
}

// stragglerFor is how long such an attempt may be silent.
const stragglerFor = 4 * watchEvery

// lastIsStale tells whether a file was written after the folders got their times. It then queues the last batch again.
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

// handleLost retries or fails a batch that has no task left. over is Slurm's state of its latest task. First it reads
// the records to their end. If the batch is settled then, or if a record still grows, it does nothing else.
func (d *dispatcher) handleLost(n int, over queued) error {
	if err := d.catchUp(n); err != nil {
		return d.tolerate(err) // the next answer of Slurm asks again
	}
	if d.batches[n].state != submitted || d.isAlive(n) && !d.recordEnded(n, over) {
		return nil
	}
	tried := d.attempts[n]
	if tried == nil {
		tried = &attempts{}
	}
	b := &d.batches[n]
	why, node, refused := over.why(), over.node, over.refusesNode()
	tries := b.tries - 1 - b.refused
	for _, a := range tried.all {
		if !a.over() {
			a.lost = true
			d.emitExited(a, time.Now(), why)
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
	case refused && node != "" && b.refused < refusedMost:
		b.refused++
		d.avoid(node, why)
		return d.retry(n, latest, why, b.tries)
	case tries < d.Job.Retries:
		return d.retry(n, latest, why, tries+1)
	}
	if stopped && len(tried.all) == 0 {
		d.settle(n, tried)
		return nil
	}
	return d.fail(n, tried, why)
}

// fail gives a batch up: each name that is not settled has failed, for the reason why.
func (d *dispatcher) fail(n int, tried *attempts, why string) error {
	if err := d.emitFailures(n, tried, why); err != nil {
		return err
	}
	d.settle(n, tried)
	return nil
}

// failAll fails the batches of an array that Slurm does not accept again.
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

// recordEnded tells whether the task that Slurm calls over has written the end of its record.
func (d *dispatcher) recordEnded(n int, over queued) bool {
	g, known := d.byID[over.array]
	if !known {
		return false
	}
	id := taskID(over.array, n-d.arrays[g].First)
	return d.attempts[n].any(func(a *attempt) bool {
		return a.task == id && a.finished != nil && a.restarts == over.restarts
	})
}

// isAlive tells whether an attempt at a batch has written lately, no matter what Slurm says about it.
func (d *dispatcher) isAlive(n int) bool {
	return d.attempts[n].any(func(a *attempt) bool {
		return !a.over() && time.Since(a.grown) < max(quietFor, 5*d.Job.Every.Duration())
	})
}

// quietFor is longer than the silence of a task that copies. On a very slow disk it may be too short; then another
// attempt replaces the task.
const quietFor = 5 * time.Second

// refusedMost is the number of nodes that a batch may avoid, because each sees another source or destination.
const refusedMost = 3

// retry queues a batch for its next submission and emits Retried. a is the latest attempt; nil if none began.
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

// avoid keeps further tasks off a node.
func (d *dispatcher) avoid(node, why string) {
	if d.badNodes[node] {
		return
	}
	d.badNodes[node], d.avoidedMore = true, true
	d.emitPending("node " + node + " is avoided: " + why)
}

// excludedNodes returns the nodes to avoid, sorted.
func (d *dispatcher) excludedNodes() []string { return slices.Sorted(maps.Keys(d.badNodes)) }
