package slurm

import (
	"strings"
	"testing"

	"brood/internal/event"
)

// TestListedIsKept checks that an event is emitted once, even if a look comes between the loss of a batch and its next
// submission.
func TestListedIsKept(t *testing.T) {
	d := drive(t, newFolder(t, Request{Retries: 1}), 1)
	d.submitted("7", 0)
	d.record(0, 0, 0, "7_0").copies("a0")
	d.looks()
	d.squeueForLong("7|0|NODE_FAIL|0|n1|NodeDown|0|")
	d.looks()
	d.submitted("8", 0)
	d.looks()
	r := d.record(0, 1, 0, "8_0")
	r.writes(event.Event{Kind: event.Skipped, File: "a0", Reason: event.ReasonDone})
	r.copies("b0")
	r.finishes()
	d.looks()
	d.wants("emitted", d.emitted(event.Started, event.Copied, event.Skipped, event.Retried, event.Exited),
		[]string{"started", "copied a0", "exited", "retried a0", "started", "copied b0", "exited"})
	if !d.over() {
		t.Error("the run is not over")
	}
}

// TestSecondAttemptSeesNoFuture checks that a name counts as settled when its event is emitted, not when the record
// has it.
func TestSecondAttemptSeesNoFuture(t *testing.T) {
	d := drive(t, newFolder(t, Request{Retries: 1}), 1)
	d.submitted("7", 0)
	first := d.record(0, 0, 0, "7_0")
	first.copies("a0")
	d.looks()
	first.copies("b0") // not looked at yet
	name := attemptName(0, 0, 1, "7_0")
	second := recordOf(t, d.Folder, name)
	second.writes(event.Event{Kind: event.Begun, Node: "n2", Task: "7_0"})
	a, _ := parseAttempt(name)
	a.file = d.in("events", part(0), name)
	must(t, d.readAttempt(a)) // a folder may list the later record first
	d.looks()
	d.wants("emitted", d.emitted(event.Copied), []string{"copied a0", "copied b0"})
}

// TestLostIsReadToItsEnd checks that all events of a lost task count, even if the dispatcher is far behind.
func TestLostIsReadToItsEnd(t *testing.T) {
	for name, long := range map[string]int{"a line": 1, "more than is read in one look": readMost/50 + 1} {
		t.Run(name, func(t *testing.T) {
			d := drive(t, newFolder(t, Request{}), 1)
			d.submitted("7", 0)
			r := d.record(0, 0, 0, "7_0")
			d.looks()
			line := `{"kind":"measured","reason":"......................"}` + "\n"
			_, err := r.file.WriteString(strings.Repeat(line, long))
			must(t, err)
			r.copies("a0")
			d.squeueForLong("7|0|TIMEOUT|0|n1|TimeLimit|0|")
			d.wants("emitted", d.emitted(event.Copied, event.Failed), []string{"copied a0", "failed b0"})
		})
	}
}

// TestDoneThoughLost checks that a record with its end settles the batch, no matter what Slurm says.
func TestDoneThoughLost(t *testing.T) {
	d := drive(t, newFolder(t, Request{}), 1)
	d.submitted("7", 0)
	r := d.record(0, 0, 0, "7_0")
	r.copies("a0", "b0")
	r.finishes()
	d.squeueForLong("7|0|CANCELLED|0|n1|None|0|")
	d.wants("emitted", d.emitted(event.Copied, event.Failed, event.Retried), []string{"copied a0", "copied b0"})
	if !d.over() {
		t.Error("the run is not over")
	}
}
