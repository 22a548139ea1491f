package schedule_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"brood/internal/event"
	"brood/internal/schedule"
)

// A user may change the number of slots at any time. More children start at once. Fewer run when some have ended.
func TestChanges(t *testing.T) {
	for name, row := range map[string]struct {
		opts  schedule.Options
		asked []int // one in each minute
		want  []int // children at the end of each minute
		told  []string
	}{
		"more":           {schedule.Options{Slots: 1}, []int{3, 5}, []int{1, 3, 5}, []string{"3", "5"}},
		"fewer":          {schedule.Options{Slots: 4}, []int{2, 1}, []int{4, 2, 1}, []string{"2", "1"}},
		"down and up":    {schedule.Options{Slots: 2}, []int{1, 4}, []int{2, 1, 4}, []string{"1", "4"}},
		"no limit":       {schedule.Options{Slots: 1}, []int{0}, []int{1, 9}, []string{"9"}},
		"beyond a limit": {schedule.Options{Slots: 1}, []int{20}, []int{1, 9}, []string{"9 of 20"}},
		"ends a search":  {schedule.Options{Slots: 2, Most: 64}, []int{3}, []int{2, 3, 3}, []string{"3"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := &engine{live: func(*child) { time.Sleep(50 * time.Second) }}
				var seen []int
				changes, counted := make(chan int), make(chan struct{})
				go func() {
					defer close(counted)
					for minute := range len(row.want) {
						time.Sleep(time.Minute - time.Second)
						seen = append(seen, int(e.running.Load()))
						time.Sleep(time.Second)
						if minute < len(row.asked) {
							changes <- row.asked[minute]
						}
					}
				}()
				e.tell = func(c *child, emit event.Sink) {
					e.running.Add(-1)
					emit(event.Event{Kind: event.Exited, File: c.name})
				}
				row.opts.Changes, row.opts.Limit, row.opts.Cancel = changes, 9, func() {}
				var told []string
				stream := event.NewStream(func(e event.Event) {
					switch {
					case e.Kind == event.Adjusted && e.Asked > 0:
						told = append(told, fmt.Sprintf("%d of %d", e.Slots, e.Asked))
					case e.Kind == event.Adjusted:
						told = append(told, fmt.Sprint(e.Slots))
					}
				})
				schedule.Run(newBatches(60), e, row.opts, stream.Emit)
				<-counted
				if !slices.Equal(seen, row.want) || !slices.Equal(told, row.told) {
					t.Errorf("%d children at the ends of minutes, told %q; want %d, %q", seen, told, row.want, row.told)
				}
			})
		})
	}
}
