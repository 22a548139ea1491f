package slurm

import (
	"context"
	"slices"
	"time"

	"brood/internal/event"
)

// mostNow is how many tasks may be submitted now. Others submit as well, so of what the cluster takes half
// is ours; and after each refusal it is half of that.
func (r *run) mostNow() int {
	free := r.Job.JobCount/2 - r.count[submitted]
	if r.count[submitted] == 0 {
		free = max(free, 1)
	}
	if free < 1 {
		return 0
	}
	return max(1, free>>min(r.refusals, 20))
}

// submit submits what is due, one array at a time: chunks that were there before first.
func (r *run) submit(ctx context.Context) error {
	if r.submitting || r.ending || r.left || time.Now().Before(r.notBefore) {
		return nil
	}
	switch {
	case len(r.again) > 0:
		a := r.dueAgain()
		return r.send(ctx, a, r.isLast(a.First))
	case r.dueFirst():
		n := min(len(r.waiting), r.Job.ArraySize, r.mostNow())
		last := r.planned.Last && r.waiting[n-1] == len(r.chunks)-1
		if last && n > 1 {
			n, last = n-1, false // it waits for all others, and so is an array of its own
		}
		a := array{First: r.waiting[0]}
		for _, c := range r.waiting[:n] {
			a.Tasks = append(a.Tasks, c-a.First)
		}
		r.waiting, r.since = r.waiting[n:], time.Now()
		return r.send(ctx, a, last)
	}
	return nil
}

// dueFirst tells whether an array of chunks that were never submitted is due.
func (r *run) dueFirst() bool {
	if len(r.waiting) == 0 || r.mostNow() == 0 {
		return false
	}
	return r.jobs == nil || len(r.waiting) >= r.Job.ArraySize || time.Since(r.since) >= gatherFor
}

// dueAgain takes the chunks that belong to one array from those that are to be submitted again: the last one by itself, when
// there is no other.
func (r *run) dueAgain() array {
	slices.Sort(r.again)
	a := array{First: r.again[0], Again: true}
	r.again = slices.DeleteFunc(r.again, func(c int) bool {
		if c >= a.First+r.Job.ArraySize || r.isLast(c) && c > a.First {
			return false
		}
		a.Tasks = append(a.Tasks, c-a.First)
		return true
	})
	return a
}

// send calls sbatch, unless somebody has stopped the job: what came then would end at once.
func (r *run) send(ctx context.Context, a array, last bool) error {
	if r.isStopped() {
		return r.dropRest()
	}
	if !r.seen {
		if err := r.writeSeen(a.First + a.Tasks[0]); err != nil {
			return r.problem(err)
		}
		r.seen = true
	}
	for _, t := range a.Tasks {
		a.Files += int(r.chunks[a.First+t].files)
		a.Bytes += r.chunks[a.First+t].bytes
	}
	after := ""
	if n := len(r.known); n > 0 {
		after = r.known[n-1].ID
	}
	args := r.sbatch(a, len(r.known), last, after, r.excluded())
	r.submitting = true
	r.do(func() func() error {
		id, err := sbatch(ctx, args)
		return func() error {
			r.submitting = false
			return r.sent(ctx, a, id, err)
		}
	})
	return nil
}

// sent notes an array that was taken. One that the cluster may take later is tried again then.
func (r *run) sent(ctx context.Context, a array, id string, err error) error {
	if unanswered(err) || full(err) {
		r.refusals++
		r.notBefore = time.Now().Add(gatherFor)
		r.say(err.Error())
		r.putBack(a)
		if r.ending {
			r.dropListed()
		}
		return nil
	}
	if err != nil && a.Again {
		return r.failAll(a, err.Error())
	}
	if err != nil {
		return err
	}
	r.refusals = 0
	a.ID = id
	if err := r.problem(r.addArray(a)); err != nil {
		return err
	}
	r.note(a)
	r.mark()
	if r.ending {
		r.cancel(ctx, r.to) // it was under way when the others were
	}
	return nil
}

// mark has the destination marked, unless it is; no task begins before that. It comes after Slurm has taken an array: where it
// takes none, nothing is touched.
func (r *run) mark() {
	if r.marking || r.isMarked() {
		return
	}
	r.marking = true
	r.do(func() func() error {
		err := r.opts.Mark()
		if err == nil {
			err = r.problem(r.write(marked, nil, 0o644))
		}
		return func() error {
			r.marking = false
			return err
		}
	})
}

// putBack has an array submitted later.
func (r *run) putBack(a array) {
	chunks := make([]int, len(a.Tasks))
	for i, t := range a.Tasks {
		chunks[i] = a.First + t
	}
	if a.Again {
		r.again = append(chunks, r.again...)
	} else {
		r.waiting = append(chunks, r.waiting...)
	}
}

// note takes an array that was submitted into account.
func (r *run) note(a array) {
	r.byID[a.ID] = len(r.known)
	r.known = append(r.known, a)
	for _, t := range a.Tasks {
		c := r.set(a.First+t, submitted)
		c.generation, c.at, c.missing = len(r.known)-1, time.Now(), time.Time{}
		c.tries++
	}
	r.emit(event.Event{Kind: event.Submitted, Task: a.ID, Jobs: len(a.Tasks), Files: a.Files, Size: a.Bytes})
	r.ask = askFirst
}

// say tells that tasks wait, or for whom they do, unless that was told.
func (r *run) say(reason string) {
	if r.said == reason {
		return
	}
	r.said = reason
	r.emit(event.Event{Kind: event.Pending, Jobs: r.pending, Reason: reason})
}
