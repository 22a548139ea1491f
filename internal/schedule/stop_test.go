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

// A stop leaves out a command that has never begun. One that has failed, and was to be tried again, has failed.
func TestStopBeforeACommandBegins(t *testing.T) {
	for name, row := range map[string]struct {
		opts   schedule.Options
		refuse bool // to start f1
		want   []string
	}{
		"delay": {schedule.Options{Delay: 24 * time.Hour}, false, []string{"started f0", "copied f0"}},
		"busy":  {schedule.Options{Room: func() (int, string) { return 0, "load" }}, false, []string{"limited "}},
		"no room": {schedule.Options{}, true,
			[]string{"started f0", "retried f1 after try 0: " + errNoRoom.Error(), "limited ", "copied f0"}},
		"retry": {schedule.Options{Delay: 24 * time.Hour, Retries: 1}, false,
			[]string{"started f0", "retried f0 after try 1: ended", "failed f0: ended"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := &engine{}
				e.start = func(b plan.Batch) error {
					if row.refuse && b.Items[0] != "f0" {
						return errNoRoom
					}
					return nil
				}
				e.tell = func(c *child, emit event.Sink) {
					if row.opts.Retries > 0 {
						ends(emit, true, c.items...)
						return
					}
					time.Sleep(2 * time.Hour)
					copied(emit, c.items...)
					ends(emit, false)
				}
				stops := make(chan schedule.Stop)
				go func() {
					time.Sleep(time.Hour)
					stops <- schedule.Drain
				}()
				row.opts.Slots, row.opts.Stop, row.opts.Output = 2, stops, true
				b := newBatches(9)
				if seen := history(b, e, row.opts); !slices.Equal(seen, row.want) {
					t.Errorf("events %q, want %q", seen, row.want)
				}
				if taken := 9 - len(b.ready); len(b.done) != taken {
					t.Errorf("%d batches are done, of %d taken", len(b.done), taken)
				}
			})
		})
	}
}
