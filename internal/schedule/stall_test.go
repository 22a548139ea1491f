package schedule_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"brood/internal/event"
	"brood/internal/plan"
	"brood/internal/schedule"
)

// A child without progress climbs the ladder alone, and its slot goes to the next batch.
// Times are exact to a tick, and never too short.
func TestStall(t *testing.T) {
	for _, row := range []struct {
		name, ends string
		failed     string
		heard      []string
	}{
		{"terminated", "terminate", "stalled: no progress for 1m0s", []string{"terminate at 1m1s"}},
		{"killed", "kill", "stalled: no progress for 1m0s", []string{"terminate at 1m1s", "kill at 1m6s"}},
		{"abandoned", "abandon", "stalled: no progress for 1m0s; ended",
			[]string{"terminate at 1m1s", "kill at 1m6s", "abandon at 1m11s"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := &engine{tell: func(c *child, emit event.Sink) {
					if c.name == "f0" {
						until(row.ends)(c)
						ends(emit, false, c.items...)
						return
					}
					copied(emit, c.items...)
					ends(emit, false)
				}}
				b := newBatches(3)
				seen := history(b, e, schedule.Options{Slots: 1, Grace: 5 * time.Second, Stall: time.Minute})
				want := []string{
					"started f0", "stalled f0: no progress for 1m0s, D rpc_wait at 1m1s", "failed f0: " + row.failed,
					"started f1", "copied f1", "started f2", "copied f2",
				}
				if !slices.Equal(seen, want) {
					t.Errorf("events %q, want %q", seen, want)
				}
				if got := e.children[0].heard; !slices.Equal(got, row.heard) {
					t.Errorf("the child heard %q, want %q", got, row.heard)
				}
				if len(b.done) != 3 {
					t.Errorf("done %q", b.done)
				}
			})
		})
	}
}

// A child without progress for some time is reported as silent: once, until its next progress.
func TestSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &engine{tell: func(c *child, emit event.Sink) {
			for range 2 {
				time.Sleep(20 * time.Second)
				emit(event.Event{Kind: event.Progress, File: "f0"})
			}
			copied(emit, c.items...)
			ends(emit, false)
		}}
		var silent []event.Event
		silence := func(children int) time.Duration { return time.Duration(3*children) * time.Second }
		opts := schedule.Options{Slots: 1, Grace: time.Second, Silence: silence}
		schedule.Run(newBatches(1), e, opts, func(e event.Event) {
			if e.Kind == event.Silent {
				silent = append(silent, e)
			}
		})
		if len(silent) != 2 {
			t.Fatalf("%+v, want one event for each silence", silent)
		}
		first := silent[0]
		if first.File != "f0" || first.Reason != "no progress" || first.State != "D" || first.WChan != "rpc_wait" {
			t.Errorf("%+v", first)
		}
		if first.Duration < 3 || first.Duration > 5 {
			t.Errorf("silent for %v s, want 3 to 5", first.Duration)
		}
	})
}

// A child with progress never stalls. Timeout still ends it.
func TestProgressIsNoStall(t *testing.T) {
	for _, row := range []struct {
		timeout time.Duration
		want    []string
	}{
		{0, []string{"started f0", "copied f0", "copied f1"}},
		{4 * time.Minute, []string{"started f0", "copied f0", "copied f1"}}, // of each file
		{2 * time.Minute, []string{
			"started f0", "stalled f0: not done after 2m0s, D rpc_wait at 2m0s",
			"failed f0: stalled: not done after 2m0s",
			"started f1", "stalled f1: not done after 2m0s, D rpc_wait at 4m0s",
			"failed f1: stalled: not done after 2m0s",
		}},
	} {
		synctest.Test(t, func(t *testing.T) {
			e := &engine{tell: func(c *child, emit event.Sink) {
				for i, name := range c.items {
					for range 20 {
						select {
						case <-c.signals:
							ends(emit, true, c.items[i:]...)
							return
						case <-time.After(9 * time.Second):
						}
						emit(event.Event{Kind: event.Progress, File: name})
					}
					copied(emit, name)
				}
				ends(emit, false)
			}}
			opts := schedule.Options{
				Slots: 1, Grace: time.Hour, Stall: 10 * time.Second, Timeout: row.timeout, Retries: 3,
			}
			seen := history(oneBatch(plan.Batch{Items: names(2)}), e, opts)
			seen = slices.DeleteFunc(seen, func(s string) bool { return s[:8] == "progress" })
			if !slices.Equal(seen, row.want) {
				t.Errorf("timeout %v: events %q, want %q", row.timeout, seen, row.want)
			}
		})
	}
}

// An item whose child stalled is tried again.
func TestStallIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &engine{tell: func(c *child, emit event.Sink) {
			if c.try == 1 {
				copied(emit, "f0")
				until("terminate")(c)
				ends(emit, false, "f1", "f2")
				return
			}
			copied(emit, c.items...)
			ends(emit, false)
		}}
		b := oneBatch(plan.Batch{Items: names(3)})
		seen := history(b, e, schedule.Options{Slots: 1, Grace: time.Hour, Stall: time.Second, Retries: 1})
		want := []string{
			"started f0", "copied f0", "stalled f1: no progress for 1s, D rpc_wait at 1.05s",
			"retried f1 after try 1: stalled: no progress for 1s",
			"started f2", "copied f2", "started f1", "copied f1",
		}
		if !slices.Equal(seen, want) || len(b.done) != 1 {
			t.Errorf("events %q, want %q; done %q", seen, want, b.done)
		}
	})
}

// A stop of the run starts the ladder again for a child that is already on it.
func TestStopDuringAStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stops := make(chan schedule.Stop)
		e := &engine{tell: func(c *child, emit event.Sink) {
			until("abandon")(c)
			ends(emit, false, c.items...)
		}}
		go func() {
			time.Sleep(12 * time.Second)
			stops <- schedule.Terminate
		}()
		opts := schedule.Options{Slots: 1, Grace: 5 * time.Second, Stall: 10 * time.Second, Stop: stops}
		history(newBatches(1), e, opts)
		want := []string{"terminate at 10.5s", "terminate at 12s", "kill at 17s", "abandon at 22s"}
		if got := e.children[0].heard; !slices.Equal(got, want) {
			t.Errorf("the child heard %q, want %q", got, want)
		}
	})
}

// The time in which somebody reads the output of a child that has ended is not the child's.
func TestEndedChildIsNotOverdue(t *testing.T) {
	for name, row := range map[string]struct {
		ends string // the signal that ends the child; "" for none
		want []string
	}{
		"by itself": {"", []string{"started f0", "failed f0: ended"}},
		"timeout": {"terminate", []string{
			"started f0", "stalled f0: not done after 1m0s, D rpc_wait at 1m0s", "failed f0: stalled: not done after 1m0s",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := &engine{tell: func(c *child, emit event.Sink) {
					if row.ends != "" {
						until(row.ends)(c)
					}
					c.ended.Store(true)
					time.Sleep(time.Hour)
					ends(emit, false, c.items...)
				}}
				opts := schedule.Options{
					Slots: 1, Grace: time.Second, Stall: time.Minute, Timeout: time.Minute, Retries: 1, Output: true,
				}
				if seen := history(newBatches(1), e, opts); !slices.Equal(seen, row.want) {
					t.Errorf("events %q, want %q", seen, row.want)
				}
			})
		})
	}
}
