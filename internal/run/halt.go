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

	// SoFar takes Percent of the items that have ended while the number of all items is not known. Then at least
	// fewest of them must have failed, since the first items say little about the rest.
	SoFar bool
}

// fewest is the least number of failed items that ends a run by Halt.SoFar.
const fewest = 3

// halt is the controller that counts failed items and asks for a stop when there are too many.
// It counts for itself because it must act on the very event that reaches the limit.
//
//	stream ─ read ─▶ the limit is reached ─┬─▶ a stop, at once
//	                                       └─▶ goroutine ─▶ Stopping (a reader must not emit)
type halt struct {
	spec    Halt
	limit   int // failed items, 0 for no limit
	failed  int
	ended   int  // items, well or not
	over    bool // the limit was reached
	stops   chan schedule.Stop
	reached chan string // has the reason
	done    chan struct{}
	waiting sync.WaitGroup
}

// newHalt makes the controller. stops must have room for one more stop at any time.
func newHalt(spec Halt, stops chan schedule.Stop) *halt {
	return &halt{spec: spec, limit: spec.Items, stops: stops, reached: make(chan string, 1), done: make(chan struct{})}
}

// read counts one event of the stream.
func (h *halt) read(e event.Event) {
	if h.over {
		return
	}
	switch e.Kind {
	case event.Measured:
		if h.spec.Percent > 0 { // as in GNU parallel, of all items
			h.limit = max(1, int(math.Ceil(float64(e.Items)*h.spec.Percent/100)))
		}
	case event.Failed:
		h.failed++
		h.ended++
	default:
		if !e.Settles() || e.Kind == event.Skipped {
			return
		}
		h.ended++
	}
	if reason := h.reason(); reason != "" {
		h.over = true
		h.stops <- h.stop()
		h.reached <- reason
	}
}

// reason returns why the run ends early, "" if it goes on.
func (h *halt) reason() string {
	switch {
	case h.failed == 0:
	case h.limit > 0:
		if h.failed >= h.limit {
			return fmt.Sprintf("%d failed (%s)", h.failed, h.spec.Asked)
		}
	case h.spec.SoFar && h.spec.Percent > 0:
		if h.failed >= fewest && float64(h.failed) >= float64(h.ended)*h.spec.Percent/100 {
			return fmt.Sprintf("%d of %d failed (%s)", h.failed, h.ended, h.spec.Asked)
		}
	}
	return ""
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
		case reason := <-h.reached:
			emit(event.Event{Kind: event.Stopping, Reason: reason})
		case <-h.done:
		}
	})
}

func (h *halt) end() {
	select {
	case reason := <-h.reached: // the last event of the run reached the limit
		h.reached <- reason
	default:
		close(h.done)
	}
	h.waiting.Wait()
}
