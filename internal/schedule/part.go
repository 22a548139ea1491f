package schedule

import (
	"slices"
	"strings"
	"sync/atomic"

	"github.com/cenkalti/backoff/v5"

	"brood/internal/event"
	"brood/internal/plan"
)

// whole is a batch of the plan. It is done when its last part is over.
type whole struct {
	batch plan.Batch
	parts int
}

// part is what one child is to do of a batch: all of it at first, what is left of it
// when its child has ended before its time, or one name that is tried again.
type part struct {
	*whole
	names   []string
	tries   int          // that have failed
	failure *event.Event // of the last one; nil without any
	pauses  *backoff.ExponentialBackOff
	redone  []string // of the names those that were settled before, and are told no more
}

func newPart(batch plan.Batch) *part {
	return &part{whole: &whole{batch, 1}, names: batch.Items}
}

// split is a part of the same batch.
func (p *part) split(names []string) *part {
	p.parts++
	return &part{whole: p.whole, names: names, redone: p.redone}
}

// again is a part that tries the name e.File again, which e says has failed. What it
// makes in a folder changes that folder's time, so those of the batch are redone.
func (p *part) again(e event.Event) *part {
	next := p.split([]string{e.File})
	next.tries, next.failure, next.pauses = p.tries+1, &e, p.pauses
	if next.pauses == nil {
		next.pauses = newPauses()
	}
	if p.batch.Folders {
		next.redone = slices.DeleteFunc(slices.Clone(p.names), func(name string) bool { return !holds(name, e.File) })
		next.names = append(next.names, next.redone...)
	}
	return next
}

func holds(folder, name string) bool {
	return name != folder && (folder == "." || strings.HasPrefix(name, folder+"/"))
}

// asBatch is the part as an engine takes it.
func (p *part) asBatch() plan.Batch {
	batch := plan.Batch{Folders: p.batch.Folders, Items: p.names, Bytes: p.batch.Bytes}
	if len(p.batch.Firsts) > 0 {
		for _, name := range p.names {
			batch.Firsts = append(batch.Firsts, p.batch.Firsts[slices.Index(p.batch.Items, name)])
		}
	}
	return batch
}

// attempt is a child at a part. Its events pass through take, one at a time, in a
// goroutine of the engine; all else is the run's, which gets at what take has kept
// when the child is over.
type attempt struct {
	*part
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
