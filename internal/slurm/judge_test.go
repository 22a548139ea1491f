package slurm

import (
	"testing"

	"brood/internal/event"
)

// TestListedIsKept: what was read of a chunk is told once, also when a look comes between its loss and its next submission.
func TestListedIsKept(t *testing.T) {
	d := drive(t, newFolder(t, Request{Retries: 1}), 1)
	d.submitted("7", 0)
	d.record(0, 0, 0, "7_0").copies("a0")
	d.looks()
	d.hearsForLong("7|0|NODE_FAIL|0|n1|NodeDown|0|")
	d.looks()
	d.submitted("8", 0)
	d.looks()
	r := d.record(0, 1, 0, "8_0")
	r.tells(event.Event{Kind: event.Skipped, File: "a0", Reason: event.ReasonDone})
	r.copies("b0")
	r.finishes()
	d.looks()
	d.wants("told", d.told(event.Started, event.Copied, event.Skipped, event.Retried, event.Exited),
		[]string{"started", "copied a0", "exited", "retried", "started", "copied b0", "exited"})
	if !d.over() {
		t.Error("is not over")
	}
}
