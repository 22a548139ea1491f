package run

import (
	"slices"
	"testing"

	"brood/internal/event"
	"brood/internal/schedule"
)

// The controller asks for one stop, at the item that reaches the limit, and tells why.
func TestHalt(t *testing.T) {
	failed := func(n int) (events []event.Event) {
		for range n {
			events = append(events, event.Event{Kind: event.Copied}, event.Event{Kind: event.Failed})
		}
		return events
	}
	drain, terminate := []schedule.Stop{schedule.Drain}, []schedule.Stop{schedule.Terminate}
	for name, row := range map[string]struct {
		spec   Halt
		events []event.Event
		stops  []schedule.Stop
		reason string
	}{
		"never":            {Halt{}, failed(100), nil, ""},
		"below the limit":  {Halt{Items: 3}, failed(2), nil, ""},
		"at the limit":     {Halt{Items: 3, Asked: "--max-errors 3"}, failed(3), drain, "3 failed (--max-errors 3)"},
		"above it":         {Halt{Items: 3, Asked: "x"}, failed(9), drain, "3 failed (x)"},
		"now":              {Halt{Items: 1, Now: true, Asked: "x"}, failed(2), terminate, "1 failed (x)"},
		"percent":          {Halt{Percent: 10, Asked: "x"}, append(measured(15), failed(5)...), drain, "2 failed (x)"},
		"percent of few":   {Halt{Percent: 10, Asked: "x"}, append(measured(3), failed(1)...), drain, "1 failed (x)"},
		"percent, unknown": {Halt{Percent: 10}, failed(100), nil, ""},
		"percent, known late": {Halt{Percent: 10, Asked: "x"}, append(failed(5), measured(15)...), drain,
			"5 failed (x)"},
		"percent so far":         {Halt{Percent: 50, SoFar: true, Asked: "x"}, failed(9), drain, "3 of 6 failed (x)"},
		"percent so far, of few": {Halt{Percent: 50, SoFar: true}, failed(2), nil, ""},
		"percent so far, below":  {Halt{Percent: 51, SoFar: true}, failed(100), nil, ""},
		"percent so far, known later": {Halt{Percent: 51, SoFar: true, Asked: "x"},
			slices.Concat(failed(7), measured(15), failed(4)), drain, "8 failed (x)"},
		"percent so far, skipped": {Halt{Percent: 50, SoFar: true}, slices.Concat(failed(2), skipped(9)), nil, ""},
		"so far, no percent":      {Halt{SoFar: true}, failed(100), nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			stops := make(chan schedule.Stop, 1) // a second stop would block
			var emitted []event.Event
			h := newHalt(row.spec, stops)
			h.start(func(e event.Event) { emitted = append(emitted, e) })
			for _, e := range row.events {
				h.read(e)
			}
			h.end()
			close(stops)
			var got []schedule.Stop
			for s := range stops {
				got = append(got, s)
			}
			if !slices.Equal(got, row.stops) {
				t.Errorf("stops %v, want %v", got, row.stops)
			}
			reason := ""
			for _, e := range emitted {
				reason += e.Reason
			}
			if reason != row.reason || len(emitted) != len(row.stops) {
				t.Errorf("emitted %+v, want the reason %q", emitted, row.reason)
			}
		})
	}
}

func skipped(items int) []event.Event {
	return slices.Repeat([]event.Event{{Kind: event.Skipped}}, items)
}

func measured(items int) []event.Event { return []event.Event{{Kind: event.Measured, Items: items}} }
