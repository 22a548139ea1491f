package slurm

import (
	"context"
	"slices"
	"time"

	"brood/internal/event"
)

// room returns how many tasks may be submitted now. Other users submit too, so brood takes at most half of what the
// cluster accepts. Each refusal halves the number.
func (d *dispatcher) room() int {
	free := d.Job.JobCount/2 - d.count[submitted]
	if d.count[submitted] == 0 {
		free = max(free, 1)
	}
	if free < 1 {
		return 0
	}
	return max(1, free>>min(d.refusals, 20))
}

// submit submits the next array that is due. Batches that were submitted before go first.
func (d *dispatcher) submit(ctx context.Context) error {
	if d.submitting || d.ending || d.left || time.Now().Before(d.notBefore) {
		return nil
	}
	switch {
	case len(d.again) > 0:
		a := d.dueAgain()
		return d.send(ctx, a, d.isLast(a.First))
	case d.dueFirst():
		n := min(len(d.waiting), d.Job.ArraySize, d.room())
		last := d.planned.Last && d.waiting[n-1] == len(d.batches)-1
		if last && n > 1 {
			n, last = n-1, false // the last batch waits for all others, so it needs its own array
		}
		a := array{First: d.waiting[0]}
		for _, b := range d.waiting[:n] {
			a.Tasks = append(a.Tasks, b-a.First)
		}
		d.waiting, d.waitingSince = d.waiting[n:], time.Now()
		return d.send(ctx, a, last)
	}
	return nil
}

// dueFirst tells whether to submit batches for the first time: the array is full, has waited long enough, or no more
// batches come.
func (d *dispatcher) dueFirst() bool {
	if len(d.waiting) == 0 || d.room() == 0 {
		return false
	}
	return d.source == nil || len(d.waiting) >= d.Job.ArraySize || time.Since(d.waitingSince) >= gatherFor
}

// dueAgain removes batches from again that fit into one array, and returns the array. The last batch gets its own.
func (d *dispatcher) dueAgain() array {
	slices.Sort(d.again)
	a := array{First: d.again[0], Again: true}
	d.again = slices.DeleteFunc(d.again, func(n int) bool {
		if n >= a.First+d.Job.ArraySize || d.isLast(n) && n > a.First {
			return false
		}
		a.Tasks = append(a.Tasks, n-a.First)
		return true
	})
	return a
}

// send submits an array. If somebody has stopped the job, it gives the rest up instead: the tasks would end at once.
func (d *dispatcher) send(ctx context.Context, a array, last bool) error {
	if d.isStopped() {
		return d.dropRest()
	}
	if !d.seen {
		if err := d.writeSeen(a.First + a.Tasks[0]); err != nil {
			return d.inFolder(err)
		}
		d.seen = true
	}
	for _, t := range a.Tasks {
		a.Files += int(d.batches[a.First+t].files)
		a.Bytes += d.batches[a.First+t].bytes
	}
	after := ""
	if n := len(d.arrays); n > 0 {
		after = d.arrays[n-1].ID
	}
	args := d.submitArgs(a, len(d.arrays), last, after, d.excludedNodes())
	d.submitting = true
	d.do(func() func() error {
		id, err := submitArray(ctx, args)
		return func() error {
			d.submitting = false
			return d.sent(ctx, a, id, err)
		}
	})
	return nil
}

// sent notes an accepted array. If the cluster may accept it later, sent puts it back. A batch that was accepted
// before and is refused now has failed. Any other error ends the run.
func (d *dispatcher) sent(ctx context.Context, a array, id string, err error) error {
	if unanswered(err) || full(err) {
		d.refusals++
		d.notBefore = time.Now().Add(gatherFor)
		d.emitPending(err.Error())
		d.putBack(a)
		if d.ending {
			d.dropListed()
		}
		return nil
	}
	if err != nil && a.Again {
		return d.failAll(a, err.Error())
	}
	if err != nil {
		return err
	}
	d.refusals = 0
	a.ID = id
	if err := d.inFolder(d.addArray(a)); err != nil {
		return err
	}
	d.note(a)
	d.mark()
	if d.ending {
		d.cancel(ctx, d.cancelled) // the earlier cancellation may have missed this array
	}
	return nil
}

// mark makes the marker in the destination, unless it is there. No task begins before. brood waits until Slurm has
// accepted an array: if it accepts none, the destination stays untouched.
func (d *dispatcher) mark() {
	if d.marking || d.isMarked() {
		return
	}
	d.marking = true
	d.do(func() func() error {
		err := d.opts.Mark()
		if err == nil {
			err = d.inFolder(d.write(marked, nil, 0o644))
		}
		return func() error {
			d.marking = false
			return err
		}
	})
}

// putBack queues the batches of an array for a later submission.
func (d *dispatcher) putBack(a array) {
	batches := make([]int, len(a.Tasks))
	for i, t := range a.Tasks {
		batches[i] = a.First + t
	}
	if a.Again {
		d.again = append(batches, d.again...)
	} else {
		d.waiting = append(batches, d.waiting...)
	}
}

// note adds a submitted array to the state, and emits Submitted.
func (d *dispatcher) note(a array) {
	d.byID[a.ID] = len(d.arrays)
	d.arrays = append(d.arrays, a)
	for _, t := range a.Tasks {
		b := d.set(a.First+t, submitted)
		b.generation, b.at, b.missing = len(d.arrays)-1, time.Now(), time.Time{}
		b.tries++
	}
	d.emit(event.Event{Kind: event.Submitted, Array: a.ID, Tasks: len(a.Tasks), Items: a.Files, Size: a.Bytes})
	d.askAfter = askFirst
}

// emitPending emits Pending with the reason why the run waits, unless the last one had the same reason.
func (d *dispatcher) emitPending(reason string) {
	if d.lastReason == reason {
		return
	}
	d.lastReason = reason
	d.emit(event.Event{Kind: event.Pending, Tasks: d.pending, Reason: reason})
}
