package run

import (
	"fmt"
	"sync"
	"time"

	"brood/internal/event"
	"brood/internal/plan"
	"brood/internal/process"
	"brood/internal/schedule"
)

// destTries is how many children try to make a destination without --retries when the cause
// of a failure may pass, as when somebody kills them. The whole run depends on it.
const destTries = 10

// withDest returns the batches of a plan once there is a destination for them. A child makes
// it when it is missing, but not before the first batch: a run without work leaves no empty
// folder. A stop that comes first leaves nothing to do: then the source is nil.
func (l *local) withDest(p *plan.Plan) (schedule.Source, error) {
	if l.tree.Folders.Complete() {
		return p, nil
	}
	source := resumed{p, make(chan plan.Batch, 1)}
	select {
	case batch, ok := <-p.Batches():
		if !ok {
			return p, nil
		}
		source.first <- batch
	case <-l.stops:
		return nil, nil
	}
	if made, err := l.makeDest(); !made || err != nil {
		return nil, err
	}
	return source, l.tree.OpenDest(l.spec.Stall)
}

// resumed is a plan whose first batch was taken and is handed out once more.
type resumed struct {
	*plan.Plan
	first chan plan.Batch
}

func (r resumed) Batches() <-chan plan.Batch {
	if len(r.first) > 0 {
		return r.first
	}
	return r.Plan.Batches()
}

// makeDest has a child make the destination; made is false when a stop came first.
func (l *local) makeDest() (made bool, err error) {
	config := func(plan.Batch, int) process.Config {
		c := l.kwargs(0).Make()
		c.Limits = l.spec.Limits // the first child decides whether any can have a control group
		return c
	}
	engine := &schedule.Local{Config: config, Name: "dest", Daemon: l.spec.Daemon}
	for range destTries {
		// One child, which may stall, be stopped and be tried again as any other.
		var seen destEvents
		stopped := false
		options := l.options(func() { stopped = true })
		options.Slots, options.Most, options.Room, options.Full, options.Timeout = 1, 0, nil, nil, 0
		options.Changes = nil // a change waits for the others
		schedule.Run(newOneBatch("."), engine, options, seen.take)
		last, stalled := seen.result()
		if stopped || last.Kind == event.Made {
			return !stopped, nil
		}
		err = fmt.Errorf("dest %q: %s", l.tree.Dest, last.Error)
		if stalled || !last.Transient || l.spec.Retries > 0 {
			break
		}
	}
	return false, err
}

// destEvents keeps how the child that makes the destination ended. The child is not part of
// the run's record. Once it is abandoned it may still emit, from another goroutine.
type destEvents struct {
	mu      sync.Mutex
	last    event.Event // Made or Failed
	stalled bool
}

func (d *destEvents) take(e event.Event) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch e.Kind {
	case event.Made, event.Failed:
		d.last = e
	case event.Stalled:
		d.stalled = true
	}
}

func (d *destEvents) result() (last event.Event, stalled bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.last, d.stalled
}

// oneBatch is a source of one batch.
type oneBatch struct{ batches chan plan.Batch }

func newOneBatch(item string) oneBatch {
	batches := make(chan plan.Batch, 1)
	batches <- plan.Batch{Items: []string{item}}
	close(batches)
	return oneBatch{batches}
}

func (o oneBatch) Batches() <-chan plan.Batch { return o.batches }
func (oneBatch) Done(plan.Batch)              {}

// strayed returns warnings about folders whose paths lead elsewhere at the end of the run. It does not look
// after a child was abandoned: the look may hang as that child does.
func (r *run) strayed() []string {
	if r.status.Finished(time.Now()).Abandoned > 0 {
		return nil
	}
	return r.tree.Strayed(grace)
}
