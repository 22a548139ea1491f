package run

import (
	"fmt"
	"math"
	"sync"

	"brood/internal/event"
	"brood/internal/schedule"
)

// Halt says after how many failed items a run ends early. The zero value means never.
type Halt struct {
	Asked   string  // as on the command line: --halt soon,fail=3
	Now     bool    // terminate the running children instead of waiting for them
	Items   int     // that failed
	Percent float64 // of all items, in place of Items
}

// halt is the controller that counts failed items and asks for a stop when there are too many.
// It counts for itself because it must act on the very event that reaches the limit.
//
//	stream ─ read ─▶ the limit is reached ─┬─▶ a stop, at once
//	                                       └─▶ goroutine ─▶ Stopping (a reader must not emit)
type halt struct {
	spec    Halt
	limit   int // failed items, 0 for no limit
	failed  int
	stops   chan schedule.Stop
	reached chan int // has the count
	done    chan struct{}
	waiting sync.WaitGroup
}

// newHalt makes the controller. stops must have room for one more stop at any time.
func newHalt(spec Halt, stops chan schedule.Stop) *halt {
	return &halt{spec: spec, limit: spec.Items, stops: stops, reached: make(chan int, 1), done: make(chan struct{})}
}

// read counts one event of the stream.
func (h *halt) read(e event.Event) {
	switch e.Kind {
	case event.Measured:
		if h.spec.Percent > 0 { // as in GNU parallel, of all items
			h.limit = max(1, int(math.Ceil(float64(e.Items)*h.spec.Percent/100)))
		}
	case event.Failed:
		if h.failed++; h.failed == h.limit {
			h.stops <- h.stop()
			h.reached <- h.failed
		}
	}
}

func (h *halt) stop() schedule.Stop {
	if h.spec.Now {
		return schedule.Terminate
	}
	return schedule.Drain
}

// start begins to emit; end waits until that is over.
func (h *halt) start(emit event.Sink) {
	h.waiting.Go(func() {
		select {
		case n := <-h.reached:
			emit(event.Event{Kind: event.Stopping, Reason: fmt.Sprintf("%d failed (%s)", n, h.spec.Asked)})
		case <-h.done:
		}
	})
}

func (h *halt) end() {
	select {
	case n := <-h.reached: // the last event of the run reached the limit
		h.reached <- n
	default:
		close(h.done)
	}
	h.waiting.Wait()
}
