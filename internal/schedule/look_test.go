package schedule

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"brood/internal/event"
	"brood/internal/gauge"
	"brood/internal/plan"
	"brood/internal/process"
)

// What is shown of a file is told while it is at hand: not after its end, nor before the ends of those before it
// are known, whatever the child writes.
func TestLook(t *testing.T) {
	var said []string
	g := gauge.NewBoard(make([]byte, gauge.Room(1))).Take()
	c := &localChild{process: process.New(process.Config{}), gauge: g, batch: plan.Batch{Items: []string{"a", "b"}},
		emit: func(e event.Event) { said = append(said, fmt.Sprint(e.Kind, " ", e.File, " ", e.Bytes, " ", e.Phase)) }}
	wants := func(again bool, want ...string) {
		t.Helper()
		said = nil
		if news := c.Look(again); news != (len(want) > 0) || !slices.Equal(said, want) {
			t.Errorf("news: %t, events %q, want %q", news, said, want)
		}
	}
	wants(false) // it has not begun
	g.Set(gauge.State{Item: 0, Done: 5, Size: 9, Phase: gauge.Copying})
	wants(false, "progress a 5 ")
	wants(false)
	wants(true, "progress a 5 ")
	g.Set(gauge.State{Item: 0, Done: 5, Size: 9, Phase: gauge.Waiting})
	wants(false, "progress a 5 waiting")
	g.Set(gauge.State{Item: 1, Done: 1, Size: 9, Phase: gauge.Syncing})
	wants(false) // what has become of a is still to be read
	c.take(event.Event{Kind: event.Copied, File: "a"}, nil)
	wants(false, "progress b 1 syncing")
	g.Set(gauge.State{Item: 1, Done: 2, Size: 9, Phase: gauge.Verifying})
	wants(false, "progress b 2 verifying")
	g.Set(gauge.State{Item: 1})
	wants(true) // it is done with b
	c.take(event.Event{Kind: event.Failed, File: "b"}, nil)
	for _, item := range []int{-1, 2, 1 << 40} {
		g.Set(gauge.State{Item: item, Phase: gauge.Copying})
		wants(true)
	}
	c.settled, c.silent = nil, time.Now()
	g.Set(gauge.State{Phase: gauge.Copying})
	wants(true) // it has ended
}
