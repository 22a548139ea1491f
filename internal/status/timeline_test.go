package status_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"brood/internal/event"
	"brood/internal/status"
)

func timeline(events ...event.Event) *status.Timeline {
	var t status.Timeline
	for _, e := range events {
		t.Apply(e)
	}
	return &t
}

// phases returns the phases of a life, in seconds since the beginning of the run.
func phases(l *status.Life) string {
	var said []string
	for _, p := range l.Phases {
		from, to := p.From.Sub(runBegun.Time).Seconds(), p.To.Sub(runBegun.Time).Seconds()
		said = append(said, fmt.Sprintf("%s %g-%g", p.Kind, from, to))
	}
	return strings.Join(said, ", ")
}

// TestTimeline checks a life from fork to reaping, with all its phases.
func TestTimeline(t *testing.T) {
	one := firstStarted
	one.Time, one.Duration = at(1, one).Time, 0.25
	tl := timeline(runBegun, one,
		at(2, progressOf(11, "a", 1, 9, "")),
		at(3, progressOf(11, "a", 9, 9, "syncing")),
		at(4, progressOf(11, "a", 1, 9, "verifying")),
		at(8, event.Event{Kind: event.Silent, PID: 11, File: "a", Reason: "stopped", Duration: 3}),
		at(9, progressOf(11, "a", 2, 9, "verifying")),
		at(10, event.Event{Kind: event.Copied, PID: 11, File: "a", Bytes: 9}),
		at(11, event.Event{Kind: event.Failed, PID: 11, File: "b", Error: "no"}),
		at(12, event.Event{Kind: event.Exited, PID: 11, ExitCode: new(1), Zombie: 0.5, Bytes: 9,
			User: 1, System: 2, MaxRSS: 3}),
		at(13, event.Event{Kind: event.Finished, Totals: &event.Totals{}}))
	if len(tl.Lives) != 1 || !tl.Finished {
		t.Fatalf("%+v", tl)
	}
	l := tl.Lives[0]
	seconds := func(at time.Time) float64 { return at.Sub(runBegun.Time).Seconds() }
	got := [4]float64{seconds(l.Asked), seconds(l.Started), seconds(l.Ended), seconds(l.Reaped)}
	if got != [4]float64{0.75, 1, 11.5, 12} {
		t.Errorf("asked for, started, ended and reaped at %v", got)
	}
	if got, want := phases(l), "running 1-3, syncing 3-4, verifying 4-5, stopped 5-9, verifying 9-11.5"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if *l.ExitCode != 1 || l.Bytes != 9 || l.User != 1 || l.System != 2 || l.MaxRSS != 3 || l.Failed != 1 {
		t.Errorf("%+v", l)
	}
	if a, b := tl.Files[0], tl.Files[1]; a.Name != "a" || a.Took() != 9*time.Second || a.Life != l ||
		b.Took() != time.Second || b.Why != "no" {
		t.Errorf("%+v", tl.Files)
	}
	if end := seconds(tl.End()); end != 13 {
		t.Errorf("ends at %v", end)
	}
	if m := tl.Moved[len(tl.Moved)-1]; m.Bytes != 18 {
		t.Errorf("moved %+v", tl.Moved)
	}
}

// TestTimelineOfALesson checks signals and an adoption.
func TestTimelineOfALesson(t *testing.T) {
	tl := timeline(runBegun, firstStarted,
		at(1, event.Event{Kind: event.Signalled, PID: 11, Sender: 5, Signal: "SIGSTOP"}),
		at(2, event.Event{Kind: event.Adopted, PID: 11, PPID: 1}),
		at(3, event.Event{Kind: event.Zombie, PID: 11}),
		at(5, event.Event{Kind: event.Exited, PID: 11, ExitCode: new(0)}))
	l := tl.Lives[0]
	if len(l.Signals) != 1 || l.Signals[0] != (status.Sent{At: at(1, runBegun).Time, Signal: "SIGSTOP", From: 5}) {
		t.Errorf("signals %+v", l.Signals)
	}
	if !l.Adopted.Equal(at(2, runBegun).Time) || l.Adopter != 1 || l.Reaped.Sub(l.Ended) != 2*time.Second {
		t.Errorf("%+v", l)
	}
}

// TestTimelineSlots checks that a process gets the slot of one that has ended.
func TestTimelineSlots(t *testing.T) {
	child := func(when float64, kind event.Kind, pid int) event.Event {
		return at(when, event.Event{Kind: kind, PID: pid})
	}
	tl := timeline(runBegun, child(0, event.Started, 1), child(0, event.Started, 2), child(1, event.Exited, 1),
		child(1, event.Started, 3), child(1, event.Started, 4), child(2, event.Exited, 3), child(2, event.Exited, 2),
		child(3, event.Started, 3))
	var slots []int
	for _, l := range tl.Lives {
		slots = append(slots, l.Slot)
	}
	if got := fmt.Sprint(slots); got != "[0 1 0 2 0]" || len(tl.Lanes()) != 3 {
		t.Errorf("%s, %d in all", got, len(tl.Lanes()))
	}
}

// TestTimelineWithoutEnd checks that the ends are open when the record is cut off.
func TestTimelineWithoutEnd(t *testing.T) {
	tl := timeline(runBegun, firstStarted, at(5, progressOf(11, "a", 1, 9, "")),
		at(6, event.Event{Kind: event.Copied, PID: 11, File: "a"}))
	l := tl.Lives[0]
	if tl.Finished || !l.Ended.IsZero() || l.ExitCode != nil || !l.Phases[0].To.IsZero() ||
		l.End(tl.End()).Sub(runBegun.Time) != 6*time.Second {
		t.Errorf("%+v", l)
	}
}

// TestSlotOfTwoEnds checks that a second end of a process, which only a bad record has, frees no slot.
func TestSlotOfTwoEnds(t *testing.T) {
	var line status.Timeline
	for _, e := range []event.Event{
		{Kind: event.Started, PID: 1},
		{Kind: event.Started, PID: 2},
		{Kind: event.Exited, PID: 1, ExitCode: new(0)},
		{Kind: event.Started, PID: 3},
		{Kind: event.Exited, PID: 1, ExitCode: new(0)},
		{Kind: event.Started, PID: 4},
		{Kind: event.Exited, PID: 2, ExitCode: new(0)},
		{Kind: event.Exited, PID: 3, ExitCode: new(0)},
		{Kind: event.Started, PID: 5},
		{Kind: event.Started, PID: 6},
	} {
		line.Apply(e)
	}
	var slots []int
	for _, l := range line.Lives {
		slots = append(slots, l.Slot)
	}
	if want := []int{0, 1, 0, 2, 0, 1}; !slices.Equal(slots, want) {
		t.Errorf("slots %v; want %v", slots, want)
	}
}

// TestOutputs: the last lines of commands that have failed are kept, of the first thousand.
func TestOutputs(t *testing.T) {
	var tl status.Timeline
	tl.Apply(event.Event{Kind: event.Begun, Command: event.Paths{"make"}})
	for pid := range 1100 {
		e := event.Event{PID: pid + 1, Name: "run", File: "f"}
		for _, kind := range []event.Kind{event.Started, event.Exited, event.Retried, event.Started, event.Exited, event.Failed} {
			e.Kind, e.Attempt, e.Stdout = kind, 1, fmt.Sprint(kind, pid)
			tl.Apply(e)
		}
	}
	kept := 0
	for i, l := range tl.Lives {
		if l.Stdout != "" {
			kept++
			if want := fmt.Sprint(event.Exited, i/2); l.Stdout != want || i%2 == 0 {
				t.Errorf("life %d has %q, want %q of a last attempt", i, l.Stdout, want)
			}
		}
	}
	if kept != 1000 || tl.Outputs != 1000 {
		t.Errorf("kept %d outputs, counted %d; want 1000", kept, tl.Outputs)
	}
}

// TestNoOutputOfCopies: what a child of a copy writes is not kept.
func TestNoOutputOfCopies(t *testing.T) {
	var tl status.Timeline
	for _, e := range []event.Event{
		{Kind: event.Begun, Source: "a", Dest: "b"}, {Kind: event.Started, PID: 1}, {Kind: event.Exited, PID: 1, Stderr: "x"},
		{Kind: event.Failed, PID: 1, File: "f"},
	} {
		tl.Apply(e)
	}
	if tl.Lives[0].Stderr != "" || tl.Outputs != 0 {
		t.Errorf("kept %q", tl.Lives[0].Stderr)
	}
}

// TestZombieOfATrace: a trace knows the exit code of a zombie. Each life has its member of the family.
func TestZombieOfATrace(t *testing.T) {
	var tl status.Timeline
	at := func(s int) time.Time { return time.Date(2026, 1, 1, 0, 0, s, 0, time.UTC) }
	for _, e := range []event.Event{
		{Time: at(0), Kind: event.Begun, PID: 1, Version: event.TraceVersion, Command: event.Paths{"x"}},
		{Time: at(1), Kind: event.Started, Name: "x", PID: 2, PPID: 1},
		{Time: at(2), Kind: event.Started, Name: "x", PID: 3, PPID: 2},
		{Time: at(3), Kind: event.Zombie, PID: 3, PPID: 2, ExitCode: new(-9), Signal: "SIGKILL"},
	} {
		tl.Apply(e)
	}
	l := tl.Lives[1]
	if l.ExitCode == nil || *l.ExitCode != -9 || l.Signal != "SIGKILL" || !l.Reaped.IsZero() {
		t.Errorf("the zombie is %+v", l)
	}
	if l.Member != tl.Family.Members[1] || l.Member.Letter != "B" {
		t.Errorf("its member is %+v", l.Member)
	}
}
