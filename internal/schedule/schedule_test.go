package schedule_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"brood/internal/event"
	"brood/internal/plan"
	"brood/internal/schedule"
)

func TestSlots(t *testing.T) {
	for _, slots := range []int{1, 3, 100} {
		synctest.Test(t, func(t *testing.T) {
			e := &engine{}
			e.live = func(*child) { time.Sleep(time.Second) }
			b := newBatches(20)
			full := 0
			run(b, e, schedule.Options{Slots: slots, Full: func() { full++ }})
			if len(b.done) != 20 {
				t.Errorf("%d slots: %d batches done of 20", slots, len(b.done))
			}
			rounds := time.Duration((20 + slots - 1) / slots)
			if took := time.Since(start); took != rounds*time.Second {
				t.Errorf("%d slots: 20 batches of a second took %v", slots, took)
			}
			if want := min(1, 20/slots); full != want {
				t.Errorf("%d slots: Full was called %d times, want %d", slots, full, want)
			}
		})
	}
}

// No child starts after the failure that ends the run.
func TestStopAtAFailure(t *testing.T) {
	for range 20 { // select is random
		synctest.Test(t, func(t *testing.T) {
			stops := make(chan schedule.Stop, 9)
			e := &engine{tell: func(c *child, emit event.Sink) {
				emit(event.Event{Kind: event.Exited, File: c.name})
				emit(event.Event{Kind: event.Failed, File: c.name})
			}}
			opts := schedule.Options{Slots: 1, Stop: stops, Cancel: func() {}}
			schedule.Run(newBatches(9), e, opts, func(e event.Event) {
				if e.Kind == event.Failed {
					stops <- schedule.Drain
				}
			})
			if len(e.children) != 1 {
				t.Errorf("%d children, want 1", len(e.children))
			}
		})
	}
}

// A stop climbs the ladder by itself until the children end.
func TestStopClimbsByItself(t *testing.T) {
	for _, row := range []struct {
		name  string
		stop  schedule.Stop
		ends  string
		heard []string
	}{
		{"terminate is enough", schedule.Terminate, "terminate", []string{"terminate at 0s"}},
		{"killed after the grace", schedule.Terminate, "kill", []string{"terminate at 0s", "kill at 5s"}},
		{"abandoned", schedule.Terminate, "abandon", []string{"terminate at 0s", "kill at 5s", "abandon at 10s"}},
		{"killed and abandoned", schedule.Kill, "abandon", []string{"kill at 0s", "abandon at 5s"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := &engine{live: until(row.ends)}
				stops := make(chan schedule.Stop)
				go func() {
					synctest.Wait() // both children run
					stops <- row.stop
				}()
				b := newBatches(5)
				seen := run(b, e, schedule.Options{Slots: 2, Grace: 5 * time.Second, Stop: stops})
				if want := []string{"started f0", "started f1", "cancel"}; !slices.Equal(seen, want) {
					t.Errorf("events %q, want %q", seen, want)
				}
				for _, c := range e.children {
					if !slices.Equal(c.heard, row.heard) {
						t.Errorf("%s heard %q, want %q", c.name, c.heard, row.heard)
					}
				}
			})
		})
	}
}

func TestDrain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &engine{live: func(*child) { time.Sleep(time.Hour) }}
		stops := make(chan schedule.Stop)
		go func() {
			time.Sleep(time.Minute)
			stops <- schedule.Drain
		}()
		b := newBatches(5)
		seen := run(b, e, schedule.Options{Slots: 2, Grace: time.Second, Stop: stops})
		if want := []string{"started f0", "started f1", "cancel"}; !slices.Equal(seen, want) {
			t.Errorf("events %q, want %q", seen, want)
		}
		if took := time.Since(start); took != time.Hour || len(e.children[0].heard) != 0 {
			t.Errorf("ended after %v, want an hour; a child heard %q", took, e.children[0].heard)
		}
	})
}

// A later rung counts, an earlier one does not.
func TestStopsInSequence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &engine{live: until("kill")}
		stops := make(chan schedule.Stop)
		go func() {
			for _, s := range []schedule.Stop{schedule.Drain, schedule.Terminate, schedule.Drain, schedule.Kill} {
				time.Sleep(time.Second)
				stops <- s
			}
		}()
		run(newBatches(1), e, schedule.Options{Slots: 1, Grace: time.Hour, Stop: stops})
		if want := []string{"terminate at 2s", "kill at 4s"}; !slices.Equal(e.children[0].heard, want) {
			t.Errorf("heard %q, want %q", e.children[0].heard, want)
		}
	})
}

func TestStartThatCannotSucceed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &engine{start: func(b plan.Batch) error {
			if b.Items[0] == "f1" {
				return errors.New("argument list too long")
			}
			return nil
		}}
		b := newBatches(3)
		seen := run(b, e, schedule.Options{Slots: 1})
		if want := []string{"started f0", "failed f1", "started f2"}; !slices.Equal(seen, want) || len(b.done) != 3 {
			t.Errorf("events %q, want %q; done %q", seen, want, b.done)
		}
	})
}
