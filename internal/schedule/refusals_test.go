package schedule_test

import (
	"fmt"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"brood/internal/event"
	"brood/internal/plan"
	"brood/internal/schedule"
)

var errNoRoom = fmt.Errorf("fork: %w", syscall.EAGAIN)

// A batch that the system has no room for waits until a child ends.
func TestNoRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &engine{}
		e.live = func(*child) { time.Sleep(time.Second); e.running.Add(-1) }
		e.start = func(plan.Batch) error {
			if e.running.Load() == 3 {
				return errNoRoom
			}
			return nil
		}
		b := newBatches(10)
		seen := run(b, e, schedule.Options{Slots: 8})
		if len(b.done) != 10 || e.most != 3 {
			t.Errorf("%d of 10 batches done, %d at once, want 3", len(b.done), e.most)
		}
		if n := count(seen, "limited "); n != 1 {
			t.Errorf("%d Limited events, want 1: %q", n, seen)
		}
	})
}

func TestNoRoomAndNoChildToWaitFor(t *testing.T) {
	for _, row := range []struct {
		name     string
		why      error
		refusals int
		failures int
		within   time.Duration
	}{
		{"for a while", errNoRoom, 5, 0, 5 * time.Second},
		{"for ever", errNoRoom, 1000, 2, 6 * time.Second},
		{"descriptors", syscall.EMFILE, 1000, 2, 6 * time.Second},
		{"memory for a while", syscall.ENOMEM, 50, 0, 30 * time.Second},
		{"memory", syscall.ENOMEM, 1000, 2, 40 * time.Second},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := &engine{}
				e.start = func(plan.Batch) error {
					if row.refusals--; row.refusals >= 0 {
						return row.why
					}
					return nil
				}
				b := newBatches(2)
				seen := run(b, e, schedule.Options{Slots: 2})
				if n := count(seen, "failed f0") + count(seen, "failed f1"); len(b.done) != 2 || n != row.failures {
					t.Errorf("done %q, events %q", b.done, seen)
				}
				if took := time.Since(start); took > row.within {
					t.Errorf("it tried for %v, want at most %v", took, row.within)
				}
			})
		})
	}
}

// A batch that waits for room fails when the run is stopped; it is not lost.
func TestStopWhileABatchWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stops := make(chan schedule.Stop)
		e := &engine{start: func(plan.Batch) error { return errNoRoom }}
		go func() {
			time.Sleep(time.Second)
			stops <- schedule.Drain
		}()
		b := newBatches(2)
		seen := run(b, e, schedule.Options{Slots: 2, Stop: stops})
		if count(seen, "failed f0") != 1 || len(b.done) != 1 || len(e.children) != 0 {
			t.Errorf("events %q, done %q", seen, b.done)
		}
	})
}

// A batch whose child found no room for its threads is tried again, and so is the one after it.
func TestNoThreads(t *testing.T) {
	for _, row := range []struct {
		name     string
		deaths   int
		done     int
		failures int
	}{{"once", 1, 6, 0}, {"often", 8, 6, 0}, {"for ever", 1 << 30, 6, 6}} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var deaths atomic.Int32
				e := &engine{}
				e.live = func(c *child) {
					time.Sleep(time.Second)
					c.noRoom = int(deaths.Add(1)) <= row.deaths
				}
				b := newBatches(6)
				seen := run(b, e, schedule.Options{Slots: 4})
				failures := 0
				for i := range 6 {
					failures += count(seen, fmt.Sprint("failed f", i))
				}
				limited := count(seen, "limited ")
				if len(b.done) != row.done || failures != row.failures || limited != 1 {
					t.Errorf("%d batches done, %d failed, %d Limited events", len(b.done), failures, limited)
				}
			})
		})
	}
}

// A child that a signal ended before it ran has done nothing, so another one gets its items. When the run is being
// ended, nobody begins them.
func TestStillborn(t *testing.T) {
	for _, row := range []struct {
		name              string
		deaths            int
		stopped           bool
		started, failures int
	}{{"once", 1, false, 4, 0}, {"always", 1 << 30, false, 33, 3}, {"at the end of the run", 1 << 30, true, 1, 0}} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := &engine{}
				stops := make(chan schedule.Stop, 1)
				e.make = func(c *child) { c.stillborn = c.try <= row.deaths }
				e.live = func(*child) {
					if row.stopped {
						stops <- schedule.Drain
					}
					time.Sleep(time.Second)
				}
				e.tell = func(c *child, emit event.Sink) {
					emit(event.Event{Kind: event.Exited, File: c.name})
					if c.stillborn {
						emit(event.Event{Kind: event.Failed, File: c.name, Error: "SIGINT"})
					}
				}
				b := newBatches(3)
				seen := run(b, e, schedule.Options{Slots: 1, Stop: stops, Cancel: func() {}})
				failures := 0
				for i := range 3 {
					failures += count(seen, fmt.Sprint("failed f", i))
				}
				if len(e.children) != row.started || failures != row.failures {
					t.Errorf("%d children, %d failures; want %d and %d", len(e.children), failures, row.started,
						row.failures)
				}
			})
		})
	}
}

// Lost slots come back when the system has room again.
func TestRoomIsRegained(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &engine{}
		e.live = func(*child) { time.Sleep(time.Second); e.running.Add(-1) }
		e.start = func(plan.Batch) error {
			if time.Since(start) < 10*time.Second && e.running.Load() == 2 {
				return errNoRoom
			}
			return nil
		}
		b := newBatches(200)
		run(b, e, schedule.Options{Slots: 8})
		if len(b.done) != 200 || e.most != 8 {
			t.Errorf("%d batches done, at most %d at once, want 8", len(b.done), e.most)
		}
	})
}

func count(seen []string, what string) (n int) {
	for _, s := range seen {
		if s == what {
			n++
		}
	}
	return n
}
