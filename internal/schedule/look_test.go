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

// Look emits the progress of the item that the child is working on: not after the item has
// settled, and not before the items in front of it have, even if the gauge shows nonsense.
func TestLook(t *testing.T) {
	var emitted []string
	g := gauge.NewBoard(make([]byte, gauge.Room(1))).Take()
	items := []string{"a", "b"}
	c := &localChild{
		process: process.New(process.Config{}), gauge: g, batch: plan.Batch{Items: items}, undone: items,
		emit: func(e event.Event) {
			emitted = append(emitted, fmt.Sprint(e.Kind, " ", e.File, " ", e.Bytes, " ", e.Phase))
		},
	}
	wants := func(again bool, want ...string) {
		t.Helper()
		emitted = nil
		if news := c.Look(again); news != (len(want) > 0) || !slices.Equal(emitted, want) {
			t.Errorf("Look(%t) returned %t and emitted %q, want %q", again, news, emitted, want)
		}
	}
	wants(false) // the child has not begun
	g.Set(gauge.State{Item: 0, Done: 5, Size: 9, Phase: gauge.Copying})
	wants(false, "progress a 5 ")
	wants(false)
	wants(true, "progress a 5 ")
	g.Set(gauge.State{Item: 0, Done: 5, Size: 9, Phase: gauge.Waiting})
	wants(false, "progress a 5 waiting")
	g.Set(gauge.State{Item: 1, Done: 1, Size: 9, Phase: gauge.Syncing})
	wants(false) // the event that settles a has not come
	c.take(event.Event{Kind: event.Copied, File: "a"}, nil)
	wants(false, "progress b 1 syncing")
	g.Set(gauge.State{Item: 1, Done: 2, Size: 9, Phase: gauge.Verifying})
	wants(false, "progress b 2 verifying")
	g.Set(gauge.State{Item: 1})
	wants(true) // the child has finished b
	c.take(event.Event{Kind: event.Failed, File: "b"}, nil)
	for _, item := range []int{-1, 2, 1 << 40} {
		g.Set(gauge.State{Item: item, Phase: gauge.Copying})
		wants(true)
	}
	c.undone, c.silent = items, time.Now()
	g.Set(gauge.State{Phase: gauge.Copying})
	wants(true) // the child has closed its pipe
}

// When a child ends too early, the item that it was working on is known from its gauge: outcomes before that one may
// be lost with the child.
func TestPresent(t *testing.T) {
	g := gauge.NewBoard(make([]byte, gauge.Room(1))).Take()
	c := &localChild{gauge: g, batch: plan.Batch{Items: []string{"a", "b", "c"}}}
	wants := func(want string) {
		t.Helper()
		if got := c.present(); got != want {
			t.Errorf("working on %q, want %q", got, want)
		}
	}
	wants("") // the child has not begun
	for _, row := range []struct {
		state gauge.State
		want  string
	}{
		{gauge.State{Item: 0, Phase: gauge.Copying}, "a"},
		{gauge.State{Item: 0}, "b"}, // done with a
		{gauge.State{Item: 2, Phase: gauge.Waiting}, "c"},
		{gauge.State{Item: 2}, ""},
		{gauge.State{Item: 3, Phase: gauge.Copying}, ""}, // nonsense
		{gauge.State{Item: -1}, ""},
	} {
		g.Set(row.state)
		wants(row.want)
	}
	c.gauge = nil
	wants("")
}

// Items may settle in any order, and an event for an unknown item settles none.
func TestUndone(t *testing.T) {
	items := []string{"a", "b", "c", "d"}
	c := &localChild{process: process.New(process.Config{}), undone: items, emit: func(event.Event) {}}
	for _, row := range []struct {
		kind   event.Kind
		file   string
		undone []string
	}{
		{event.Copied, "c", []string{"a", "b", "d"}},
		{event.Copied, "stranger", []string{"a", "b", "d"}},
		{event.Failed, "a", []string{"b", "d"}},
		{event.Progress, "b", []string{"b", "d"}},
		{event.Skipped, "b", []string{"d"}},
		{event.Copied, "d", nil},
	} {
		c.take(event.Event{Kind: row.kind, File: row.file}, nil)
		if !slices.Equal(c.undone, row.undone) {
			t.Errorf("after %s %s the undone items are %q, want %q", row.kind, row.file, c.undone, row.undone)
		}
	}
	if want := []string{"a", "b", "c", "d"}; !slices.Equal(items, want) {
		t.Errorf("the items of the batch are %q now, want %q", items, want)
	}
}
