package slurm

import (
	"strings"
	"testing"

	"brood/internal/event"
)

// TestListedIsKept: what was read of a batch is told once, also when a look comes between its loss and its next submission.
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
		[]string{"started", "copied a0", "exited", "retried a0", "started", "copied b0", "exited"})
	if !d.over() {
		t.Error("is not over")
	}
}

// TestSecondAttemptSeesNoFuture: a name counts as settled from when it was told, not from when it can be read.
func TestSecondAttemptSeesNoFuture(t *testing.T) {
	d := drive(t, newFolder(t, Request{Retries: 1}), 1)
	d.submitted("7", 0)
	first := d.record(0, 0, 0, "7_0")
	first.copies("a0")
	d.looks()
	first.copies("b0") // not looked at yet
	name := attemptName(0, 0, 1, "7_0")
	second := recordOf(t, d.Folder, name)
	second.tells(event.Event{Kind: event.Begun, Node: "n2", Task: "7_0"})
	a, _ := parseAttempt(name)
	a.file = d.in("events", part(0), name)
	must(t, d.follow(a)) // as a folder may list it first
	d.looks()
	d.wants("told", d.told(event.Copied), []string{"copied a0", "copied b0"})
}

// TestLostIsReadToItsEnd: what a task has written counts, however far behind whoever follows is.
func TestLostIsReadToItsEnd(t *testing.T) {
	for name, long := range map[string]int{"a line": 1, "more than is read in one look": readMost/50 + 1} {
		t.Run(name, func(t *testing.T) {
			d := drive(t, newFolder(t, Request{}), 1)
			d.submitted("7", 0)
			r := d.record(0, 0, 0, "7_0")
			d.looks()
			_, err := r.file.WriteString(strings.Repeat(`{"kind":"measured","reason":"......................"}`+"\n", long))
			must(t, err)
			r.copies("a0")
			d.hearsForLong("7|0|TIMEOUT|0|n1|TimeLimit|0|")
			d.wants("told", d.told(event.Copied, event.Failed), []string{"copied a0", "failed b0"})
		})
	}
}

// TestDoneThoughLost: a task that has come to its end is through with its batch, however Slurm calls that.
func TestDoneThoughLost(t *testing.T) {
	d := drive(t, newFolder(t, Request{}), 1)
	d.submitted("7", 0)
	r := d.record(0, 0, 0, "7_0")
	r.copies("a0", "b0")
	r.finishes()
	d.hearsForLong("7|0|CANCELLED|0|n1|None|0|")
	d.wants("told", d.told(event.Copied, event.Failed, event.Retried), []string{"copied a0", "copied b0"})
	if !d.over() {
		t.Error("is not over")
	}
}
