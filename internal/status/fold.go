package status

import (
	"sync"
	"time"

	"brood/internal/event"
)

// Fold keeps the Standing of one run up to date while other goroutines look at it:
//
//	stream ── Read ─▶ Fold ◀─ Look      a view draws the standing
//	                       ◀─ Finished  the run reads its result
//
// The zero value is the state before the first event. All methods may be called at the same time.
type Fold struct {
	mu       sync.Mutex
	standing Standing
}

// Read applies one event. The stream calls it with each event of the run, in order.
func (f *Fold) Read(e event.Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.standing.Apply(e)
}

// Look calls do with the standing and blocks Read until do returns. do must not keep the pointer.
func (f *Fold) Look(do func(*Standing)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	do(&f.standing)
}

// Finished returns the event that ends the run at the time now, with the totals of all events read so far.
func (f *Fold) Finished(now time.Time) (finished event.Event) {
	f.Look(func(s *Standing) { finished = s.Totals.Finished(now) })
	return finished
}
