package status_test

import (
	"fmt"
	"testing"

	"brood/internal/event"
	"brood/internal/status"
)

// TestFailures: only the first ten failures are kept, however many there are.
func TestFailures(t *testing.T) {
	var run status.Totals
	for i := range 1000 {
		run.Apply(event.Event{Kind: event.Failed, File: fmt.Sprint("f", i), Error: "open: x", Name: "copy-1", Node: "n1"})
	}
	if run.Failed != 1000 || len(run.Failures) != 10 {
		t.Errorf("%d failed, %d kept, want 1000 and 10", run.Failed, len(run.Failures))
	}
	want := status.Failure{File: "f9", Why: "open: x", Name: "copy-1", Node: "n1"}
	if got := run.Failures[9]; got != want {
		t.Errorf("the last that is kept is %+v, want %+v", got, want)
	}
}

// TestUnbegun counts the items that no child has begun when a run is ended early.
func TestUnbegun(t *testing.T) {
	counted := event.Event{Kind: event.Measured, Items: 10}
	stopped := event.Event{Kind: event.Stopping, Signal: "SIGINT"}
	some := []event.Event{
		{Kind: event.Copied, PID: 41}, {Kind: event.Skipped, PID: 41}, {Kind: event.Made, PID: 42},
		{Kind: event.Skipped}, {Kind: event.Differs}, {Kind: event.Failed},
	}
	for name, row := range map[string]struct {
		events []event.Event
		want   int
		known  bool
	}{
		"not ended early": {append([]event.Event{counted}, some...), 0, true},
		"stopped":         {append([]event.Event{counted, stopped}, some...), 7, true},
		"halted":          {append([]event.Event{counted, {Kind: event.Stopping, Reason: "x"}}, some...), 7, true},
		"not counted":     {append([]event.Event{stopped}, some...), 0, false},
	} {
		var run status.Totals
		for _, e := range row.events {
			run.Apply(e)
		}
		if got, known := run.Unbegun(); got != row.want || known != row.known {
			t.Errorf("%s: %d, %v, want %d, %v", name, got, known, row.want, row.known)
		}
		if got := run.Finished(begun).Unbegun; got != row.want {
			t.Errorf("%s: the last event has %d, want %d", name, got, row.want)
		}
	}
}
