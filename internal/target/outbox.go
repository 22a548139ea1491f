package target

import (
	"io"
	"sync"
	"time"

	"brood/internal/event"
)

// outbox sends events to the parent. In a batch of several names it holds them back for a moment, so that many travel
// in one write, and wake the parent once:
//
//	send ─▶ held ─┬─(16 KiB)──────────────────────────────────────▶ written
//	              ├─(the first one is 10 ms old, or a timer says so)▶ written
//	              └─(flush: before what may take long, at the end)──▶ written
//
// The timer matters when the next file takes long. So the parent learns of an outcome 10 ms late at most, also before a
// file that hangs, unless this process gets no CPU or is stopped. A process that is killed takes with it what it holds:
// see the package comment.
type outbox struct {
	delay time.Duration // 0: each event is written at once

	mu     sync.Mutex
	events *event.Writer
	first  time.Time   // of the events that are held
	timer  *time.Timer // nil before an event is held
}

const (
	holdDelay = 10 * time.Millisecond
	holdRoom  = 16 << 10 // bytes; a pipe has room for four times as much
)

func newOutbox(w io.Writer) *outbox { return &outbox{events: event.NewWriter(w)} }

// send writes e, now or a little later. It fails when the parent is gone; the child finishes its batch all the same.
func (o *outbox) send(e event.Event) {
	o.mu.Lock()
	defer o.mu.Unlock()
	held := o.events.Waiting() > 0
	if err := o.events.Add(e); err != nil {
		return // a number that JSON does not have
	}
	switch {
	case o.delay == 0, o.events.Waiting() >= holdRoom, held && e.Time.Sub(o.first) >= o.delay:
		_ = o.events.Flush()
	case !held:
		o.first = e.Time
		o.wake()
	}
}

// wake sets the timer for the first event that is held.
func (o *outbox) wake() {
	if o.timer == nil {
		o.timer = time.AfterFunc(o.delay, o.flush)
		return
	}
	o.timer.Reset(o.delay)
}

// flush writes what is held.
func (o *outbox) flush() {
	o.mu.Lock()
	defer o.mu.Unlock()
	_ = o.events.Flush()
}
