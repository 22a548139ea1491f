package schedule

import (
	"slices"
	"strings"
	"sync/atomic"

	"github.com/cenkalti/backoff/v5"

	"brood/internal/event"
	"brood/internal/plan"
)

// whole is a batch of the plan. The batch is done when its last part is over.
type whole struct {
	batch plan.Batch
	parts int // parts that are not over
}

// part is the work for one child: first the whole batch. Later parts hold the items that
// a child left when it ended too early, or one item that is tried again.
type part struct {
	*whole
	items   []string
	tries   int          // failed tries
	failure *event.Event // the last failure; nil before the first
	pauses  *backoff.ExponentialBackOff
	redone  []string // items that settled before: their events are not emitted again

	stillborn int // children in a row for these items that never ran
}

func newPart(batch plan.Batch) *part {
	return &part{whole: &whole{batch, 1}, items: batch.Items}
}

// split adds a part with these items to the batch of p.
func (p *part) split(items []string) *part {
	p.parts++
	return &part{whole: p.whole, items: items, redone: p.redone}
}

// again adds a part that tries the failed item e.File once more. A new name in a folder
// changes the time of that folder, so the part also redoes the folders that hold e.File.
func (p *part) again(e event.Event) *part {
	next := p.split([]string{e.File})
	next.tries, next.failure, next.pauses = p.tries+1, &e, p.pauses
	if next.pauses == nil {
		next.pauses = newPauses()
	}
	if p.batch.Folders {
		next.redone = slices.DeleteFunc(slices.Clone(p.items), func(item string) bool { return !holds(item, e.File) })
		next.items = append(next.items, next.redone...)
	}
	return next
}

func holds(folder, name string) bool {
	return name != folder && (folder == "." || strings.HasPrefix(name, folder+"/"))
}

// asBatch returns the part as a batch for the engine.
func (p *part) asBatch() plan.Batch {
	batch := plan.Batch{Root: p.batch.Root, Folders: p.batch.Folders, Items: p.items, Bytes: p.batch.Bytes,
		Seq: p.batch.Seq, Inputs: p.batch.Inputs, Attempt: p.tries + 1, Stdin: p.batch.Stdin}
	if len(p.batch.Firsts) > 0 {
		for _, item := range p.items {
			batch.Firsts = append(batch.Firsts, p.batch.Firsts[slices.Index(p.batch.Items, item)])
		}
	}
	return batch
}

// attempt is one child's try at a part. The engine passes the child's events to take, one
// at a time, from its own goroutines. While the child runs, the scheduler reads only the
// atomic fields and those of Started, which comes before Start returns; then it reads all.
type attempt struct {
	*part
	child Child
	emit  event.Sink
	meter *meter
	retry bool // hold back failures that may pass, for another try

	name string // of the child
	pid  int

	heard   atomic.Bool   // an event came since the last tick
	settled atomic.Int32  // items settled; see take
	mark    mark          // progress that the meter has counted
	exited  bool          // Exited came
	took    float64       // seconds from the child's start to its end
	ran     bool          // its command ended well
	failed  []event.Event // failures that may pass
	left    []event.Event // failures after Exited: of the item that the child was working on, and of those after it

	patience // only for the scheduler
}

// take passes an event on, or holds it back when it may not be the last one for its item.
//
// It counts the settled items here, besides the engine, because the scheduler's clocks read
// the count at every tick: an atomic number needs no lock, and is right for any engine.
func (a *attempt) take(e event.Event) {
	a.heard.Store(true)
	a.meter.take(&a.mark, e)
	switch e.Kind {
	case event.Started:
		a.name, a.pid = e.Name, e.PID
	case event.Exited:
		a.exited, a.took = true, e.Duration
	case event.Ran:
		a.ran = true
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

// at returns the item that the child is working on. A child takes its items in order.
func (a *attempt) at() string {
	return a.items[min(int(a.settled.Load()), len(a.items)-1)]
}
