package schedule_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"brood/internal/event"
	"brood/internal/plan"
	"brood/internal/schedule"
)

// Between two starts there is at least the delay, also before a retry, and the end of the run does not wait for it.
func TestDelay(t *testing.T) {
	const s = time.Second
	for name, row := range map[string]struct {
		opts  schedule.Options
		life  time.Duration
		fails bool // the first try of each
		want  []string
		took  time.Duration
	}{
		"no delay": {schedule.Options{Slots: 9}, s, false, []string{"f0 0s", "f1 0s", "f2 0s"}, s},
		"free slots": {schedule.Options{Slots: 9, Delay: 10 * s}, s, false,
			[]string{"f0 0s", "f1 10s", "f2 20s"}, 21 * s},
		"a slot is free later": {schedule.Options{Slots: 1, Delay: 10 * s}, 15 * s, false,
			[]string{"f0 0s", "f1 15s", "f2 30s"}, 45 * s},
		"retries": {schedule.Options{Slots: 9, Delay: 10 * s, Retries: 1}, s, true,
			[]string{"f0 0s", "f1 10s", "f0 20s", "f1 30s", "f2 40s", "f2 50s"}, 51 * s},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var starts []string
				var tried sync.Map
				e := &engine{}
				e.start = func(b plan.Batch) error {
					starts = append(starts, fmt.Sprint(b.Items[0], " ", time.Since(start)))
					return nil
				}
				e.tell = func(c *child, emit event.Sink) {
					time.Sleep(row.life)
					if _, again := tried.LoadOrStore(c.name, true); row.fails && !again {
						ends(emit, true, c.items...)
						return
					}
					copied(emit, c.items...)
					ends(emit, false)
				}
				history(newBatches(3), e, row.opts)
				if !slices.Equal(starts, row.want) {
					t.Errorf("starts %q, want %q", starts, row.want)
				}
				if took := time.Since(start); took != row.took {
					t.Errorf("the run took %v, want %v", took, row.took)
				}
			})
		})
	}
}

// A stop does not wait for the delay.
func TestStopDuringTheDelay(t *testing.T) {
	for _, stop := range []schedule.Stop{schedule.Drain, schedule.Terminate} {
		synctest.Test(t, func(t *testing.T) {
			stops := make(chan schedule.Stop)
			go func() {
				time.Sleep(time.Minute)
				stops <- stop
			}()
			e := &engine{live: func(*child) { time.Sleep(time.Second) }}
			opts := schedule.Options{Slots: 2, Delay: time.Hour, Grace: time.Second, Stop: stops}
			run(newBatches(3), e, opts)
			if took := time.Since(start); took != time.Minute || len(e.children) != 1 {
				t.Errorf("stop %d: %d children, and the run took %v; want 1 and a minute", stop, len(e.children), took)
			}
		})
	}
}
