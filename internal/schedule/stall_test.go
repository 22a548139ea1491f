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

// A child that tells nothing goes up the ladder alone; the others have its slot when it has left it.
// (Times are exact to a tick, and never too short.)
func TestStall(t *testing.T) {
	for _, row := range []struct {
		name, ends string
		failed     string
		heard      []string
	}{
		{"terminated", "terminate", "stalled: no progress for 1m0s", []string{"terminate at 1m1s"}},
		{"killed", "kill", "stalled: no progress for 1m0s", []string{"terminate at 1m1s", "kill at 1m6s"}},
		{"abandoned", "abandon", "stalled: no progress for 1m0s; ended", []string{"terminate at 1m1s", "kill at 1m6s", "abandon at 1m11s"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := &engine{tell: func(c *child, emit event.Sink) {
					if c.name == "f0" {
						until(row.ends)(c)
						ends(emit, false, c.names...)
						return
					}
					copied(emit, c.names...)
					ends(emit, false)
				}}
				j := newBatches(3)
				said := history(j, e, schedule.Options{Slots: 1, Grace: 5 * time.Second, Stall: time.Minute})
				want := []string{"started f0", "stalled f0: no progress for 1m0s, D rpc_wait at 1m1s", "failed f0: " + row.failed,
					"started f1", "copied f1", "started f2", "copied f2"}
				if !slices.Equal(said, want) {
					t.Errorf("events %q, want %q", said, want)
				}
				if got := e.children[0].heard; !slices.Equal(got, row.heard) {
					t.Errorf("it heard %q, want %q", got, row.heard)
				}
				if len(j.done) != 3 {
					t.Errorf("done %q", j.done)
				}
			})
		})
	}
}

// TestSilence: one that tells nothing for a while is said to be silent, once, until it tells something again.
func TestSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &engine{tell: func(c *child, emit event.Sink) {
			for range 2 {
				time.Sleep(20 * time.Second)
				emit(event.Event{Kind: event.Progress, File: "f0"})
			}
			copied(emit, c.names...)
			ends(emit, false)
		}}
		var silent []event.Event
		schedule.Run(newBatches(1), e, schedule.Options{
			Slots: 1, Grace: time.Second, Silence: func(children int) time.Duration { return time.Duration(3*children) * time.Second },
		}, func(e event.Event) {
			if e.Kind == event.Silent {
				silent = append(silent, e)
			}
		})
		if len(silent) != 2 {
			t.Fatalf("%+v, want one for each silence", silent)
		}
		if e := silent[0]; e.File != "f0" || e.Reason != "no progress" || e.State != "D" || e.WChan != "rpc_wait" || e.Duration < 3 || e.Duration > 5 {
			t.Errorf("%+v", e)
		}
	})
}

// One that tells something is not stalled, however long it takes; Timeout ends it all the same.
func TestProgressIsNoStall(t *testing.T) {
	for _, row := range []struct {
		timeout time.Duration
		want    []string
	}{
		{0, []string{"started f0", "copied f0", "copied f1"}},
		{4 * time.Minute, []string{"started f0", "copied f0", "copied f1"}}, // for each file
		{2 * time.Minute, []string{"started f0", "stalled f0: not done after 2m0s, D rpc_wait at 2m0s", "failed f0: stalled: not done after 2m0s", "started f1",
			"stalled f1: not done after 2m0s, D rpc_wait at 4m0s", "failed f1: stalled: not done after 2m0s"}},
	} {
		synctest.Test(t, func(t *testing.T) {
			e := &engine{tell: func(c *child, emit event.Sink) {
				for i, name := range c.names {
					for range 20 {
						select {
						case <-c.signals:
							ends(emit, true, c.names[i:]...)
							return
						case <-time.After(9 * time.Second):
						}
						emit(event.Event{Kind: event.Progress, File: name})
					}
					copied(emit, name)
				}
				ends(emit, false)
			}}
			opts := schedule.Options{Slots: 1, Grace: time.Hour, Stall: 10 * time.Second, Timeout: row.timeout, Retries: 3}
			said := history(oneBatch(plan.Batch{Items: names(2)}), e, opts)
			said = slices.DeleteFunc(said, func(s string) bool { return s[:8] == "progress" })
			if !slices.Equal(said, row.want) {
				t.Errorf("timeout %v: events %q, want %q", row.timeout, said, row.want)
			}
		})
	}
}

// A stall may pass.
func TestStallIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &engine{tell: func(c *child, emit event.Sink) {
			if c.try == 1 {
				copied(emit, "f0")
				until("terminate")(c)
				ends(emit, false, "f1", "f2")
				return
			}
			copied(emit, c.names...)
			ends(emit, false)
		}}
		j := oneBatch(plan.Batch{Items: names(3)})
		said := history(j, e, schedule.Options{Slots: 1, Grace: time.Hour, Stall: time.Second, Retries: 1})
		want := []string{"started f0", "copied f0", "stalled f1: no progress for 1s, D rpc_wait at 1.05s", "retried f1 after try 1: stalled: no progress for 1s",
			"started f2", "copied f2", "started f1", "copied f1"}
		if !slices.Equal(said, want) || len(j.done) != 1 {
			t.Errorf("events %q, want %q; done %q", said, want, j.done)
		}
	})
}

// A stop of the whole run goes on above that of one child.
func TestStopDuringAStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stops := make(chan schedule.Stop)
		e := &engine{tell: func(c *child, emit event.Sink) {
			until("abandon")(c)
			ends(emit, false, c.names...)
		}}
		go func() {
			time.Sleep(12 * time.Second)
			stops <- schedule.Terminate
		}()
		history(newBatches(1), e, schedule.Options{Slots: 1, Grace: 5 * time.Second, Stall: 10 * time.Second, Stop: stops})
		want := []string{"terminate at 10.5s", "terminate at 12s", "kill at 17s", "abandon at 22s"}
		if got := e.children[0].heard; !slices.Equal(got, want) {
			t.Errorf("it heard %q, want %q", got, want)
		}
	})
}
