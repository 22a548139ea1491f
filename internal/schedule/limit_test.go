package schedule_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"brood/internal/event"
	"brood/internal/schedule"
)

// commands returns an engine of commands. Each lives for the time of its item, and ends well unless its item is in bad.
// A signal ends it.
func commands(life map[string]time.Duration, bad ...string) *engine {
	return &engine{tell: func(c *child, emit event.Sink) {
		began, asked := time.Now(), false
		select {
		case <-c.signals:
			asked = true
		case <-time.After(life[c.name]):
		}
		emit(event.Event{Kind: event.Exited, File: c.name, Duration: time.Since(began).Seconds()})
		if asked || slices.Contains(bad, c.name) {
			emit(event.Event{Kind: event.Failed, File: c.name, Error: "ended", Transient: true})
			return
		}
		emit(event.Event{Kind: event.Ran, File: c.name})
	}}
}

// A command that takes much longer than the others is ended, even if it started first.
func TestPercent(t *testing.T) {
	const s = time.Second
	for name, row := range map[string]struct {
		life []time.Duration // of f0, f1 …
		bad  []string
		want string // the event about the last one
		took time.Duration
	}{
		"it takes too long": {[]time.Duration{10 * s, 12 * s, 14 * s, time.Hour}, nil,
			"stalled f3: not done after 23.8s (more than 200% of the median, 11.9s)", 24 * s},
		"fewer than three have ended": {[]time.Duration{10 * s, 12 * s, time.Hour}, nil, "", time.Hour},
		"one of three has failed": {[]time.Duration{10 * s, 12 * s, 14 * s, time.Hour}, []string{"f2"},
			"", time.Hour},
		"it takes not too long": {[]time.Duration{10 * s, 12 * s, 14 * s, 23 * s}, nil, "", 23 * s},
		"the others are short": {[]time.Duration{s / 10, s / 10, s / 10, time.Hour}, nil,
			"stalled f3: not done after 1s (more than 200% of the median, 99ms)", s},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				life := map[string]time.Duration{}
				for i, d := range row.life {
					life[fmt.Sprint("f", i)] = d
				}
				opts := schedule.Options{Slots: len(life), Grace: time.Hour, Percent: 200, Output: true}
				seen := history(newBatches(len(life)), commands(life, row.bad...), opts)
				stalled := slices.DeleteFunc(seen, func(e string) bool { return !strings.HasPrefix(e, "stalled") })
				got, _, _ := strings.Cut(strings.Join(stalled, "; "), ", D rpc_wait")
				if got != row.want {
					t.Errorf("events %q, want %q", got, row.want)
				}
				if took := time.Since(start); took != row.took {
					t.Errorf("the run took %v, want %v", took, row.took)
				}
			})
		})
	}
}

// A command has its whole limit, even if the tick after its start comes at once.
func TestPercentIsNotTooShort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const s = time.Second
		life := map[string]time.Duration{"f0": s * 9 / 10, "f1": s * 9 / 10, "f2": s * 9 / 10, "f3": s * 17 / 10}
		seen := history(newBatches(4), commands(life), schedule.Options{Slots: 3, Grace: time.Hour, Percent: 200})
		if seen[len(seen)-1] != "ran f3" {
			t.Errorf("events %q, want that f3 ran", seen)
		}
	})
}

// A command that took too long, or was silent, is tried again if Longer says so.
func TestLonger(t *testing.T) {
	for _, longer := range []bool{false, true} {
		for name, opts := range map[string]schedule.Options{
			"percent": {Slots: 4, Percent: 200},
			"stall":   {Slots: 4, Stall: 30 * time.Second},
		} {
			t.Run(fmt.Sprint(name, longer), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					const s = time.Second
					life := map[string]time.Duration{"f0": s, "f1": s, "f2": s, "f3": time.Hour}
					opts.Grace, opts.Retries, opts.Longer, opts.Output = time.Hour, 1, longer, true
					e := commands(life)
					history(newBatches(4), e, opts)
					if got := len(e.children) == 5; got != longer {
						t.Errorf("%d children, want one more only if it may take less the next time", len(e.children))
					}
				})
			})
		}
	}
}
