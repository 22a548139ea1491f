package slurm

import (
	"context"
	"slices"
	"strings"
	"time"
)

// askNow asks squeue, unless it is being asked.
func (d *dispatcher) askNow(ctx context.Context) {
	if d.asking || len(d.known) == 0 {
		return
	}
	d.asking = true
	asked := time.Now()
	d.do(func() func() error {
		lines, err := askQueue(ctx, d.Job.Name)
		return func() error {
			d.asking = false
			d.ask = min(d.ask*3/2, askMost)
			return d.answered(ctx, asked, lines, err)
		}
	})
}

// answered takes what squeue has said at the time asked. An error of a controller that cannot be reached passes,
// and means nothing: only an answer can say that there is no task.
func (d *dispatcher) answered(ctx context.Context, asked time.Time, lines []queued, err error) error {
	switch {
	case unanswered(err):
		d.silent = true
		d.say("Slurm does not answer: " + err.Error())
		return nil
	case err != nil:
		return err
	case d.silent:
		d.silent = false
		d.say("Slurm answers again")
	}
	q := d.sorted(lines)
	d.pending = q.pending
	d.tellPending(q)
	for _, l := range q.tooOften {
		d.do(func() func() error {
			_, err := call(ctx, "scancel", l)
			return func() error { return passing(err) }
		})
	}
	for n := range d.batches {
		c := &d.batches[n]
		switch {
		case c.state != submitted || !asked.After(c.at):
		case q.awaited[n]:
			c.missing = time.Time{}
		case c.missing.IsZero():
			c.missing = time.Now() // its record may have come to its end since it was looked at
			d.ask = askFirst
		case d.hasEnded(n, q.over[n]), time.Since(c.missing) > q.patience(n) && !d.isAlive(n):
			if err := d.lost(n, q.over[n]); err != nil {
				return err
			}
		default:
			d.ask = askFirst
		}
	}
	d.tellAvoided(ctx, q)
	return nil
}

// tellAvoided has tasks that wait avoid the same nodes: one that fails at once would draw them all.
func (d *dispatcher) tellAvoided(ctx context.Context, q *answer) {
	if !d.avoided || len(q.waiting) == 0 {
		return
	}
	d.avoided = false
	ids, nodes := strings.Join(q.waiting, ","), d.excluded()
	d.do(func() func() error {
		_, err := call(ctx, "scontrol", "update", "JobId="+ids, "ExcNodeList="+nodes)
		return func() error {
			if err != nil { // it is their own reason to fail then, each once
				d.say(err.Error())
			}
			return nil
		}
	})
}

// passing is an error, unless it may pass.
func passing(err error) error {
	if unanswered(err) {
		return nil
	}
	return err
}

// answer is what squeue has said, by batch.
type answer struct {
	awaited  map[int]bool   // a task of it is still to end
	over     map[int]queued // or the latest has ended so
	pending  int            // tasks that wait
	running  int
	waiting  []string // their arrays
	reason   string   // for which most of them wait
	tooOften []string // tasks that Slurm has started again more often than is asked for
}

func (d *dispatcher) sorted(lines []queued) *answer {
	q := &answer{awaited: map[int]bool{}, over: map[int]queued{}}
	generation := map[int]int{}
	for _, l := range lines {
		g, ok := d.byID[l.array]
		if !ok {
			continue // of a submitter that was killed before it had noted the array: its batches are submitted again
		}
		a := d.known[g]
		most := 0
		for _, t := range l.tasks {
			for task := t.from; task <= t.to; task++ {
				n := a.First + task
				switch {
				case n >= len(d.batches):
				case !l.isOver():
					q.awaited[n] = true
					most++
				case g >= generation[n]:
					q.over[n], generation[n] = l, g
				}
			}
		}
		if l.tasks == nil && l.isOver() { // those that were cancelled before they had begun share a line
			for _, task := range a.Tasks {
				if n := a.First + task; g >= generation[n] && q.over[n].state == "" {
					q.over[n] = l
				}
			}
		}
		q.count(l, most)
		if !l.isOver() && l.restarts > d.Job.Retries && len(l.tasks) == 1 {
			q.tooOften = append(q.tooOften, l.array+"_"+tasksInWords([]int{l.tasks[0].from}))
		}
	}
	return q
}

func (q *answer) count(l queued, tasks int) {
	switch {
	case l.isOver():
	case l.state != "PENDING":
		q.running += tasks
	case l.reason == "Dependency": // of the last one, on all others
	default:
		q.pending += tasks
		q.waiting = append(q.waiting, l.array)
		if q.reason == "" || slices.Contains(usual, q.reason) {
			q.reason = l.reason
		}
	}
}

// usual are reasons to wait that pass by themselves.
var usual = []string{"None", "Priority", "Resources", "JobArrayTaskLimit", "BeginTime", "Dependency"}

// tellPending tells that tasks wait, when all do, or for a reason that may not pass.
func (d *dispatcher) tellPending(q *answer) {
	if q.pending > 0 && q.reason != "None" && (q.running == 0 || !slices.Contains(usual, q.reason)) {
		d.say(q.reason)
	}
}

// patience is how long the record of a batch may take to show the end of its task. Where Slurm says that
// the task has come to one by itself, that is as long as the file system may take.
func (q *answer) patience(n int) time.Duration {
	switch over := q.over[n]; {
	case over.notLaunched(), over.state == "FAILED" && !over.isBroods():
	case over.state == "COMPLETED", over.state == "FAILED", over.state == "":
		return seenWithin
	}
	return 3 * lookEvery
}
