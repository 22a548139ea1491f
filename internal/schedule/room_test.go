package schedule_test

import (
	"fmt"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"brood/internal/plan"
	"brood/internal/schedule"
)

var errNoRoom = fmt.Errorf("fork: %w", syscall.EAGAIN)

// Where the system has no room for one more child, the batch waits for the end of another.
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
		j := newBatches(10)
		said := run(j, e, schedule.Options{Slots: 8})
		if len(j.done) != 10 || e.most != 3 {
			t.Errorf("%d of 10 batches done, %d at once, want 3", len(j.done), e.most)
		}
		if n := count(said, "limited "); n != 1 {
			t.Errorf("said %d times that there is less room, want once: %q", n, said)
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
				j := newBatches(2)
				said := run(j, e, schedule.Options{Slots: 2})
				if n := count(said, "failed f0") + count(said, "failed f1"); len(j.done) != 2 || n != row.failures {
					t.Errorf("done %q, events %q", j.done, said)
				}
				if took := time.Since(start); took > row.within {
					t.Errorf("it has tried for %v, want at most %v", took, row.within)
				}
			})
		})
	}
}

// Nothing is lost when a batch waits for room as the run is stopped.
func TestStopWhileABatchWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stops := make(chan schedule.Stop)
		e := &engine{start: func(plan.Batch) error { return errNoRoom }}
		go func() {
			time.Sleep(time.Second)
			stops <- schedule.Drain
		}()
		j := newBatches(2)
		said := run(j, e, schedule.Options{Slots: 2, Stop: stops})
		if count(said, "failed f0") != 1 || len(j.done) != 1 || len(e.children) != 0 {
			t.Errorf("events %q, done %q", said, j.done)
		}
	})
}

// A child that finds no room for its threads is not lost, and the one after it is tried later.
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
				j := newBatches(6)
				said := run(j, e, schedule.Options{Slots: 4})
				failures := 0
				for i := range 6 {
					failures += count(said, fmt.Sprint("failed f", i))
				}
				if len(j.done) != row.done || failures != row.failures || count(said, "limited ") != 1 {
					t.Errorf("%d batches done, %d failed, said %d times that there is less room", len(j.done), failures, count(said, "limited "))
				}
			})
		})
	}
}

// What was taken of the room comes back.
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
		j := newBatches(200)
		run(j, e, schedule.Options{Slots: 8})
		if len(j.done) != 200 || e.most != 8 {
			t.Errorf("%d batches done, at most %d at once, want 8", len(j.done), e.most)
		}
	})
}

func count(said []string, what string) (n int) {
	for _, s := range said {
		if s == what {
			n++
		}
	}
	return n
}
