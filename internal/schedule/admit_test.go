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

// limits runs the batches and returns what was said of a lack of room, and when.
func limits(j *batches, e *engine, opts schedule.Options) (said []string) {
	opts.Cancel = func() {}
	stream := event.NewStream(func(e event.Event) {
		if e.Kind == event.Limited {
			said = append(said, fmt.Sprintf("%d of %d: %s at %s", e.Jobs, e.Asked, e.Reason, time.Since(start)))
		}
	})
	schedule.Run(j, e, opts, stream.Emit)
	return said
}

// A machine that is busy with others' work until a minute has passed has none of ours added to it, and that is said once.
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
		j := newBatches(50)
		said := limits(j, e, schedule.Options{Slots: 2, Room: room})
		if want := []string{"0 of 2: load 7, --load 4 at 0s"}; !slices.Equal(said, want) || len(j.done) != 50 {
			t.Errorf("%d batches of 50 done, said %q, want %q", len(j.done), said, want)
		}
		if took := time.Since(start); took < time.Minute || took > time.Minute+time.Second {
			t.Errorf("it took %v", took)
		}
		if asked > 62 {
			t.Errorf("asked %d times in %v", asked, time.Since(start))
		}
	})
}

// Between two looks at the machine each child counts as one: no more are started than it has room for, and
// one that has ended is followed by another where none is too many.
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
				j := newBatches(10)
				said := limits(j, e, schedule.Options{Slots: 8, Room: room})
				if len(j.done) != 10 || e.most != row.most || len(said) != row.complaints {
					t.Errorf("%d batches of 10 done, %d at once, want %d; said %q", len(j.done), e.most, row.most, said)
				}
				if took := time.Since(start); took < (row.rounds-1)*time.Second || took > row.rounds*time.Second {
					t.Errorf("it took %v", took)
				}
			})
		})
	}
}

// A machine that is busy every other second is no news each time.
func TestChangingLoadIsSaidOnceAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &engine{live: func(*child) { time.Sleep(10 * time.Millisecond) }}
		room := func() (int, string) {
			if int(time.Since(start)/time.Second)%2 == 0 {
				return -9, "load"
			}
			return math.MaxInt, ""
		}
		said := limits(newBatches(10000), e, schedule.Options{Slots: 1, Room: room})
		minutes := int(time.Since(start)/time.Minute) + 1
		if len(said) == 0 || len(said) > minutes {
			t.Errorf("said %d times in %d minutes: %q", len(said), minutes, said)
		}
	})
}

// Whoever ends a run that waits for the machine need not wait, too.
func TestStopWhileTheMachineIsBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stops := make(chan schedule.Stop)
		go func() {
			time.Sleep(time.Hour)
			stops <- schedule.Drain
		}()
		e := &engine{}
		j := newBatches(5)
		said := run(j, e, schedule.Options{Slots: 2, Stop: stops, Room: func() (int, string) { return 0, "load" }})
		if took := time.Since(start); took != time.Hour || len(e.children) != 0 {
			t.Errorf("%d children, ended after %v", len(e.children), took)
		}
		if got := strings.Join(said, ", "); got != "limited , cancel, failed f0" || !slices.Equal(j.done, []string{"f0"}) {
			t.Errorf("events %q, done %q", got, j.done)
		}
	})
}
