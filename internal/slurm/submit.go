package slurm

import (
	"context"
	"slices"
	"time"

	"brood/internal/event"
)

// mostNow is how many tasks may be submitted now. Others submit as well, so of what the cluster takes half
// is ours; and after each refusal it is half of that.
func (d *dispatcher) mostNow() int {
	free := d.Job.JobCount/2 - d.count[submitted]
	if d.count[submitted] == 0 {
		free = max(free, 1)
	}
	if free < 1 {
		return 0
	}
	return max(1, free>>min(d.refusals, 20))
}

// submit submits what is due, one array at a time: batches that were there before first.
func (d *dispatcher) submit(ctx context.Context) error {
	if d.submitting || d.ending || d.left || time.Now().Before(d.notBefore) {
		return nil
	}
	switch {
	case len(d.again) > 0:
		a := d.dueAgain()
		return d.send(ctx, a, d.isLast(a.First))
	case d.dueFirst():
		n := min(len(d.waiting), d.Job.ArraySize, d.mostNow())
		last := d.planned.Last && d.waiting[n-1] == len(d.batches)-1
		if last && n > 1 {
			n, last = n-1, false // it waits for all others, and so is an array of its own
		}
		a := array{First: d.waiting[0]}
		for _, c := range d.waiting[:n] {
			a.Tasks = append(a.Tasks, c-a.First)
		}
		d.waiting, d.since = d.waiting[n:], time.Now()
		return d.send(ctx, a, last)
	}
	return nil
}

// dueFirst tells whether an array of batches that were never submitted is due.
func (d *dispatcher) dueFirst() bool {
	if len(d.waiting) == 0 || d.mostNow() == 0 {
		return false
	}
	return d.source == nil || len(d.waiting) >= d.Job.ArraySize || time.Since(d.since) >= gatherFor
}

// dueAgain takes the batches that belong to one array from those that are to be submitted again: the last one by itself, when
// there is no other.
func (d *dispatcher) dueAgain() array {
	slices.Sort(d.again)
	a := array{First: d.again[0], Again: true}
	d.again = slices.DeleteFunc(d.again, func(c int) bool {
		if c >= a.First+d.Job.ArraySize || d.isLast(c) && c > a.First {
			return false
		}
		a.Tasks = append(a.Tasks, c-a.First)
		return true
	})
	return a
}

// send calls sbatch, unless somebody has stopped the job: what came then would end at once.
func (d *dispatcher) send(ctx context.Context, a array, last bool) error {
	if d.isStopped() {
		return d.dropRest()
	}
	if !d.seen {
		if err := d.writeSeen(a.First + a.Tasks[0]); err != nil {
			return d.problem(err)
		}
		d.seen = true
	}
	for _, t := range a.Tasks {
		a.Files += int(d.batches[a.First+t].files)
		a.Bytes += d.batches[a.First+t].bytes
	}
	after := ""
	if n := len(d.known); n > 0 {
		after = d.known[n-1].ID
	}
	args := d.sbatch(a, len(d.known), last, after, d.excluded())
	d.submitting = true
	d.do(func() func() error {
		id, err := sbatch(ctx, args)
		return func() error {
			d.submitting = false
			return d.sent(ctx, a, id, err)
		}
	})
	return nil
}

// sent notes an array that was taken. One that the cluster may take later is tried again then.
func (d *dispatcher) sent(ctx context.Context, a array, id string, err error) error {
	if unanswered(err) || full(err) {
		d.refusals++
		d.notBefore = time.Now().Add(gatherFor)
		d.say(err.Error())
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
	if err := d.problem(d.addArray(a)); err != nil {
		return err
	}
	d.note(a)
	d.mark()
	if d.ending {
		d.cancel(ctx, d.to) // it was under way when the others were
	}
	return nil
}

// mark has the destination marked, unless it is; no task begins before that. It comes after Slurm has taken an array: where it
// takes none, nothing is touched.
func (d *dispatcher) mark() {
	if d.marking || d.isMarked() {
		return
	}
	d.marking = true
	d.do(func() func() error {
		err := d.opts.Mark()
		if err == nil {
			err = d.problem(d.write(marked, nil, 0o644))
		}
		return func() error {
			d.marking = false
			return err
		}
	})
}

// putBack has an array submitted later.
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

// note takes an array that was submitted into account.
func (d *dispatcher) note(a array) {
	d.byID[a.ID] = len(d.known)
	d.known = append(d.known, a)
	for _, t := range a.Tasks {
		c := d.set(a.First+t, submitted)
		c.generation, c.at, c.missing = len(d.known)-1, time.Now(), time.Time{}
		c.tries++
	}
	d.emit(event.Event{Kind: event.Submitted, Task: a.ID, Jobs: len(a.Tasks), Files: a.Files, Size: a.Bytes})
	d.ask = askFirst
}

// say tells that tasks wait, or for whom they do, unless that was told.
func (d *dispatcher) say(reason string) {
	if d.said == reason {
		return
	}
	d.said = reason
	d.emit(event.Event{Kind: event.Pending, Jobs: d.pending, Reason: reason})
}
