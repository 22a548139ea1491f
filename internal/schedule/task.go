package schedule

import (
	"slices"
	"strings"
	"sync/atomic"

	"github.com/cenkalti/backoff/v5"

	"brood/internal/event"
	"brood/internal/plan"
)

// batch is a job of the plan. It is done when its last task is over.
type batch struct {
	job   plan.Job
	tasks int
}

// task is what one child is to do of a job: all of it at first, what is left of it
// when its child has ended before its time, or one name that is tried again.
type task struct {
	*batch
	names   []string
	tries   int          // that have failed
	failure *event.Event // of the last one; nil without any
	pauses  *backoff.ExponentialBackOff
	redone  []string // of the names those that were settled before, and are told no more
}

func newTask(job plan.Job) *task {
	return &task{batch: &batch{job, 1}, names: job.Names}
}

// part is a task of the same job.
func (t *task) part(names []string) *task {
	t.tasks++
	return &task{batch: t.batch, names: names, redone: t.redone}
}

// again is a task that tries the name e.File again, which e says has failed. What it
// makes in a folder changes that folder's time, so those of the job are redone.
func (t *task) again(e event.Event) *task {
	next := t.part([]string{e.File})
	next.tries, next.failure, next.pauses = t.tries+1, &e, t.pauses
	if next.pauses == nil {
		next.pauses = newPauses()
	}
	if t.job.Folders {
		next.redone = slices.DeleteFunc(slices.Clone(t.names), func(name string) bool { return !holds(name, e.File) })
		next.names = append(next.names, next.redone...)
	}
	return next
}

func holds(folder, name string) bool {
	return name != folder && (folder == "." || strings.HasPrefix(name, folder+"/"))
}

// asJob is the task as an engine takes it.
func (t *task) asJob() plan.Job {
	job := plan.Job{Folders: t.job.Folders, Names: t.names, Bytes: t.job.Bytes}
	if len(t.job.Firsts) > 0 {
		for _, name := range t.names {
			job.Firsts = append(job.Firsts, t.job.Firsts[slices.Index(t.job.Names, name)])
		}
	}
	return job
}

// attempt is a child at a task. Its events pass through take, one at a time, in a
// goroutine of the engine; all else is the run's, which gets at what take has kept
// when the child is over.
type attempt struct {
	*task
	child Child
	emit  event.Sink
	meter *meter
	retry bool // what is transient is kept

	name string // of the child
	pid  int

	heard   atomic.Bool  // of it, since the last tick
	settled atomic.Int32 // names
	mark    mark
	exited  bool
	failed  []event.Event // with a cause that may pass
	left    []event.Event // the failures of names that its end has left open; it was at the first

	clock // the run's
}

// take passes an event on, or keeps it when it may not be the last word.
func (a *attempt) take(e event.Event) {
	a.heard.Store(true)
	a.meter.take(&a.mark, e)
	switch e.Kind {
	case event.Started:
		a.name, a.pid = e.Name, e.PID
	case event.Exited:
		a.exited = true
	case event.Failed:
		a.settled.Add(1)
		if a.exited {
			a.left = append(a.left, e)
			return
		}
		if e.Transient && a.retry {
			a.failed = append(a.failed, e)
			return
		}
	}
	if e.Settles() {
		a.settled.Add(1)
		if slices.Contains(a.redone, e.File) {
			return
		}
	}
	a.emit(e)
}

// at is the name that the child is at; it takes them in their order.
func (a *attempt) at() string {
	return a.names[min(int(a.settled.Load()), len(a.names)-1)]
}
