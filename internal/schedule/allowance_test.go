package schedule_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"brood/internal/event"
	"brood/internal/schedule"
)

// limits runs the batches and returns the Limited events, with their times.
func limits(b *batches, e *engine, opts schedule.Options) (seen []string) {
	opts.Cancel = func() {}
	stream := event.NewStream(func(e event.Event) {
		if e.Kind == event.Limited {
			seen = append(seen, fmt.Sprintf("%d of %d: %s at %s", e.Slots, e.Asked, e.Reason, time.Since(start)))
		}
	})
	schedule.Run(b, e, opts, stream.Emit)
	return seen
}

// While other programs keep the machine busy, no child starts, and one event says so.
func TestBusyMachineIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &engine{live: func(*child) { time.Sleep(time.Millisecond) }}
		asked := 0
		room := func() (int, string) {
			asked++
			if time.Since(start) < time.Minute {
				return -3, "load 7, --load 4"
			}
			return math.MaxInt, ""
		}
		b := newBatches(50)
		seen := limits(b, e, schedule.Options{Slots: 2, Room: room})
		if want := []string{"0 of 2: load 7, --load 4 at 0s"}; !slices.Equal(seen, want) || len(b.done) != 50 {
			t.Errorf("%d batches of 50 done, events %q, want %q", len(b.done), seen, want)
		}
		if took := time.Since(start); took < time.Minute || took > time.Minute+time.Second {
			t.Errorf("the run took %v", took)
		}
		if asked > 62 {
			t.Errorf("Room was called %d times in %v", asked, time.Since(start))
		}
	})
}

// Between two calls of Room the scheduler keeps to the last answer: it starts no more children
// than fit, and replaces an ended child unless too many ran.
func TestRoomBetweenTwoLooks(t *testing.T) {
	for _, row := range []struct {
		name       string
		others     int
		most       int32
		rounds     time.Duration
		complaints int
	}{
		{"alone", 0, 5, 2, 1},
		{"with others", 3, 2, 5, 1},
		{"with too many others, but for a while", 5, 5, 2 + 60, 2},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := &engine{}
				e.live = func(*child) { time.Sleep(time.Second - time.Millisecond); e.running.Add(-1) }
				room := func() (int, string) {
					others := row.others
					if time.Since(start) >= time.Minute {
						others = 0
					}
					return 5 - others - int(e.running.Load()), "load"
				}
				b := newBatches(10)
				seen := limits(b, e, schedule.Options{Slots: 8, Room: room})
				if len(b.done) != 10 || e.most != row.most || len(seen) != row.complaints {
					t.Errorf("%d of 10 done, %d at once, want %d; events %q", len(b.done), e.most, row.most, seen)
				}
				if took := time.Since(start); took < (row.rounds-1)*time.Second || took > row.rounds*time.Second {
					t.Errorf("the run took %v", took)
				}
			})
		})
	}
}

// A machine that is busy every other second causes at most one event a minute.
func TestChangingLoadIsSaidOnceAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &engine{live: func(*child) { time.Sleep(10 * time.Millisecond) }}
		room := func() (int, string) {
			if int(time.Since(start)/time.Second)%2 == 0 {
				return -9, "load"
			}
			return math.MaxInt, ""
		}
		seen := limits(newBatches(10000), e, schedule.Options{Slots: 1, Room: room})
		minutes := int(time.Since(start)/time.Minute) + 1
		if len(seen) == 0 || len(seen) > minutes {
			t.Errorf("%d events in %d minutes: %q", len(seen), minutes, seen)
		}
	})
}

// A stop ends a run that waits for the machine at once.
func TestStopWhileTheMachineIsBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stops := make(chan schedule.Stop)
		go func() {
			time.Sleep(time.Hour)
			stops <- schedule.Drain
		}()
		e := &engine{}
		b := newBatches(5)
		seen := run(b, e, schedule.Options{Slots: 2, Stop: stops, Room: func() (int, string) { return 0, "load" }})
		if took := time.Since(start); took != time.Hour || len(e.children) != 0 {
			t.Errorf("%d children, the run ended after %v", len(e.children), took)
		}
		got := strings.Join(seen, ", ")
		if got != "limited , cancel, failed f0" || !slices.Equal(b.done, []string{"f0"}) {
			t.Errorf("events %q, done %q", got, b.done)
		}
	})
}
