package slurm

import (
	"context"
	"time"
)

// askNow asks Slurm for the state of the tasks, unless a question is under way or nothing is submitted.
func (d *dispatcher) askNow(ctx context.Context) {
	if d.asking || len(d.arrays) == 0 {
		return
	}
	d.asking = true
	asked := time.Now()
	d.do(func() func() error {
		lines, err := askQueue(ctx, d.Job.Name)
		return func() error {
			d.asking = false
			d.askAfter = min(d.askAfter*3/2, askMost)
			return d.answered(ctx, asked, lines, err)
		}
	})
}

// answered handles Slurm's answer to a question of that time. If the controller cannot be reached, it changes nothing:
// only an answer can show that a task is gone.
func (d *dispatcher) answered(ctx context.Context, asked time.Time, lines []queued, err error) error {
	switch {
	case unanswered(err):
		d.silent = true
		d.emitPending("Slurm does not answer: " + err.Error())
		return nil
	case err != nil:
		return err
	case d.silent:
		d.silent = false
		d.emitPending("Slurm answers again")
	}
	q := d.sortQueue(lines)
	d.pending = q.pending
	d.emitWaiting(q)
	for _, id := range q.tooOften {
		d.do(func() func() error {
			err := cancelTask(ctx, id)
			return func() error { return unlessUnanswered(err) }
		})
	}
	for n := range d.batches {
		b := &d.batches[n]
		switch {
		case b.state != submitted || !asked.After(b.at):
		case q.awaited[n]:
			b.missing = time.Time{}
		case b.missing.IsZero():
			b.missing = time.Now() // the record may have its end since the last look
			d.askAfter = askFirst
		case d.recordEnded(n, q.over[n]), time.Since(b.missing) > q.patience(n) && !d.isAlive(n):
			if err := d.handleLost(n, q.over[n]); err != nil {
				return err
			}
		default:
			d.askAfter = askFirst
		}
	}
	d.excludeAvoided(ctx, q)
	return nil
}

// excludeAvoided keeps waiting tasks off the avoided nodes. Otherwise a node that fails at once gets all of them.
func (d *dispatcher) excludeAvoided(ctx context.Context, q *queueState) {
	if !d.avoidedMore || len(q.waiting) == 0 {
		return
	}
	d.avoidedMore = false
	nodes := d.excludedNodes()
	d.do(func() func() error {
		err := excludeNodes(ctx, q.waiting, nodes)
		return func() error {
			if err != nil { // each of these tasks then finds the fault of the node itself
				d.emitPending(err.Error())
			}
			return nil
		}
	})
}

// unlessUnanswered returns err, but nil if the controller was only out of reach.
func unlessUnanswered(err error) error {
	if unanswered(err) {
		return nil
	}
	return err
}

// queueState is Slurm's answer, sorted by batch.
type queueState struct {
	awaited  map[int]bool   // batches with a task that has not ended
	over     map[int]queued // how the latest task of a batch ended
	pending  int            // waiting tasks
	running  int            // running tasks
	waiting  []string       // IDs of the arrays with waiting tasks
	reason   string         // why they wait; an unusual reason goes first
	tooOften []string       // IDs of tasks with more restarts than the user allows
}

// sortQueue sorts the tasks by batch. It skips arrays that are not in the job folder: their submitter was killed
// before it could note them, and their batches are submitted again.
func (d *dispatcher) sortQueue(lines []queued) *queueState {
	q := &queueState{awaited: map[int]bool{}, over: map[int]queued{}}
	generation := map[int]int{}
	for _, l := range lines {
		g, ok := d.byID[l.array]
		if !ok {
			continue
		}
		a := d.arrays[g]
		open := 0
		for _, t := range l.tasks {
			for task := t.from; task <= t.to; task++ {
				n := a.First + task
				switch {
				case n >= len(d.batches):
				case !l.isOver():
					q.awaited[n] = true
					open++
				case g >= generation[n]:
					q.over[n], generation[n] = l, g
				}
			}
		}
		if l.tasks == nil && l.isOver() { // one line stands for all tasks that were cancelled before they began
			for _, task := range a.Tasks {
				if n := a.First + task; g >= generation[n] && !q.over[n].isKnown() {
					q.over[n] = l
				}
			}
		}
		q.count(l, open)
		if !l.isOver() && l.restarts > d.Job.Retries && len(l.tasks) == 1 {
			q.tooOften = append(q.tooOften, taskID(l.array, l.tasks[0].from))
		}
	}
	return q
}

// count adds the tasks of a line. The last array waits for all others, so it does not count as waiting.
func (q *queueState) count(l queued, tasks int) {
	switch {
	case l.isOver():
	case !l.isWaiting():
		q.running += tasks
	case l.waitsForOthers():
	default:
		q.pending += tasks
		q.waiting = append(q.waiting, l.array)
		if q.reason == "" || waitIsNormal(q.reason) {
			q.reason = l.reason
		}
	}
}

// emitWaiting reports that tasks wait, if none runs or if the reason may not pass by itself.
func (d *dispatcher) emitWaiting(q *queueState) {
	if q.pending > 0 && q.reason != noReason && (q.running == 0 || !waitIsNormal(q.reason)) {
		d.emitPending(q.reason)
	}
}

// patience returns how long to wait for the end of the record, after the last task of batch n is gone. If the task
// ended by itself, the record has an end, which a file server may show late.
func (q *queueState) patience(n int) time.Duration {
	if over := q.over[n]; !over.isKnown() || over.endedItself() {
		return seenWithin
	}
	return 3 * lookEvery
}
