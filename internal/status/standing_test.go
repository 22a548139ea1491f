package status_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"brood/internal/event"
	"brood/internal/status"
)

const mib = 1 << 20

// at returns the event with a time: seconds after the beginning of the run.
func at(seconds float64, e event.Event) event.Event {
	e.Time = time.Unix(1000, 0).Add(time.Duration(seconds * float64(time.Second)))
	return e
}

func standing(events ...event.Event) (s status.Standing) {
	for _, e := range events {
		s.Apply(e)
	}
	return s
}

func progressOf(pid int, file string, bytes, size int64, phase string) event.Event {
	return event.Event{Kind: event.Progress, PID: pid, File: file, Bytes: bytes, Size: size, Phase: phase}
}

var (
	runBegun     = at(0, event.Event{Kind: event.Begun, PID: 1})
	measured     = at(0, event.Event{Kind: event.Measured, Items: 3, Size: 100 * mib})
	firstStarted = at(0, event.Event{Kind: event.Started, Name: "copy-1", PID: 11, File: "a", Items: 2})
	other        = at(0, event.Event{Kind: event.Started, Name: "copy-2", PID: 12, File: "c", Items: 1})
)

func TestStanding(t *testing.T) {
	verifies := runBegun
	verifies.Hash = "xxh128"
	compares := verifies
	compares.Verify = true
	half := progressOf(11, "a", 20*mib, 40*mib, "")
	copied := event.Event{Kind: event.Copied, PID: 11, File: "a", Bytes: 40 * mib}
	four := event.Event{Kind: event.Measured, Items: 4}
	for name, row := range map[string]struct {
		events []event.Event
		part   float64 // percent, or -1 when it is not known
		copied int64   // MiB
	}{
		"nothing known":          {[]event.Event{runBegun, firstStarted}, -1, 0},
		"nothing done":           {[]event.Event{runBegun, measured, firstStarted}, 0, 0},
		"in the midst of a file": {[]event.Event{runBegun, measured, firstStarted, half}, 20, 20},
		"two at once": {[]event.Event{runBegun, measured, firstStarted, other, half,
			progressOf(12, "c", 5*mib, 40*mib, "syncing")}, 25, 25},
		"a file done": {[]event.Event{runBegun, measured, firstStarted, half, copied}, 40, 40},
		"begun again": {[]event.Event{runBegun, measured, firstStarted, half,
			progressOf(11, "a", 10*mib, 40*mib, "")}, 10, 10},
		"its child has ended": {[]event.Event{runBegun, measured, firstStarted, half,
			{Kind: event.Exited, PID: 11}}, 0, 0},
		"read back": {[]event.Event{verifies, measured, firstStarted,
			progressOf(11, "a", 40*mib, 40*mib, ""), progressOf(11, "a", 20*mib, 40*mib, "verifying")}, 30, 40},
		"read back and done": {[]event.Event{verifies, measured, firstStarted, copied}, 40, 40},
		"compared": {[]event.Event{compares, measured, firstStarted,
			progressOf(11, "a", 20*mib, 40*mib, "verifying")}, 20, 20},
		"more than was measured": {[]event.Event{runBegun, measured, firstStarted,
			{Kind: event.Copied, PID: 11, File: "a", Bytes: 400 * mib}}, 100, 400},
		"only empty files": {[]event.Event{runBegun, four, firstStarted,
			{Kind: event.Copied, PID: 11, File: "a"}}, 25, 0},
		"done before": {[]event.Event{runBegun, four, {Kind: event.Skipped, File: "z"}}, 0, 0},
		"skipped by a child": {[]event.Event{runBegun, four, firstStarted,
			{Kind: event.Skipped, PID: 11, File: "a"}}, 25, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := standing(row.events...)
			part, known := s.Part()
			if !known {
				part = -0.01
			}
			if math.Abs(part*100-row.part) > 0.01 {
				t.Errorf("%.2f %%, want %.2f", part*100, row.part)
			}
			if got := s.Copied() / mib; got != row.copied {
				t.Errorf("%d MiB, want %d", got, row.copied)
			}
		})
	}
}

// TestStandingOfAChild checks the state of a child that works, is stopped, works again, settles an item and ends.
func TestStandingOfAChild(t *testing.T) {
	s := standing(runBegun, other, firstStarted)
	children := s.Children()
	if first := children[0]; len(children) != 2 || first.Name != "copy-1" || first.File != "a" || first.Nth != 1 ||
		first.Items != 2 {
		t.Fatalf("%+v", children)
	}
	s.Apply(event.Event{Kind: event.Silent, PID: 11, Reason: "stopped", State: "T"})
	if c := s.Children()[0]; c.Silent != "stopped" || c.State != "T" {
		t.Errorf("%+v, want it stopped", c)
	}
	s.Apply(progressOf(11, "a", 1, 2, "verifying"))
	if c := s.Children()[0]; c.Silent != "" || c.State != "" || c.Bytes != 1 || c.Size != 2 || c.Phase != "verifying" {
		t.Errorf("%+v, want it at work", c)
	}
	s.Apply(event.Event{Kind: event.Copied, PID: 11, File: "a", Bytes: 2})
	if c := s.Children()[0]; c.File != "" || c.Nth != 2 || c.Size != 0 {
		t.Errorf("%+v, want it at its second item", c)
	}
	s.Apply(event.Event{Kind: event.Exited, PID: 11})
	if children := s.Children(); len(children) != 1 || children[0].PID != 12 {
		t.Errorf("%+v, want the other one alone", children)
	}
}

// TestSpeed checks that a steady run has its rate at once and keeps it, and that the rate has no jump when the run
// slows down to half.
func TestSpeed(t *testing.T) {
	s := standing(runBegun, at(0, event.Event{Kind: event.Measured, Items: 1, Size: 1000 * mib}), firstStarted)
	done := int64(0)
	tell := func(from, to float64, rate int64) (slowest, fastest float64) {
		slowest = math.Inf(1)
		for now := from; now < to; now += 0.2 {
			done += rate / 5
			e := at(now, progressOf(11, "a", done, 1000*mib, ""))
			s.Apply(e)
			if now-from >= 1 {
				slowest, fastest = min(slowest, s.Rate(e.Time)), max(fastest, s.Rate(e.Time))
			}
		}
		return slowest, fastest
	}
	if slow, fast := tell(0.2, 5, 10*mib); slow < 9*mib || fast > 11*mib {
		t.Errorf("between %.1f and %.1f MiB/s, want 10", slow/mib, fast/mib)
	}
	left, known := s.Left(at(5, event.Event{}).Time)
	if want := 95 * time.Second; !known || (left-want).Abs() > 5*time.Second {
		t.Errorf("%v left (known: %v), want %v", left, known, want)
	}
	before := s.Rate(at(5, event.Event{}).Time)
	if slow, _ := tell(5, 6.5, 5*mib); slow < 0.7*before {
		t.Errorf("from %.1f to %.1f MiB/s within 1.5 s", before/mib, slow/mib)
	}
	if slow, _ := tell(6.6, 60, 5*mib); slow < 4.9*mib || s.Rate(at(60, event.Event{}).Time) > 5.2*mib {
		t.Errorf("%.1f, then %.1f MiB/s, want 5 at the end", slow/mib, s.Rate(at(60, event.Event{}).Time)/mib)
	}
}

// TestSpeedOfSilence checks that the rate falls without events, until there is no estimate any more.
func TestSpeedOfSilence(t *testing.T) {
	s := standing(runBegun, measured, firstStarted)
	for n := range 10 {
		s.Apply(at(float64(n), progressOf(11, "a", int64(n)*mib, 100*mib, "")))
	}
	rate := func(seconds float64) float64 { return s.Rate(at(seconds, event.Event{}).Time) }
	if !(rate(9) > rate(14) && rate(14) > rate(30)) {
		t.Errorf("%v, %v, %v bytes/s, want less each time", rate(9), rate(14), rate(30))
	}
	if left, known := s.Left(at(600, event.Event{}).Time); known {
		t.Errorf("%v left after ten minutes of silence", left)
	}
}

// TestLeftIsNotKnownAtOnce checks that the first fraction of a second gives no estimate.
func TestLeftIsNotKnownAtOnce(t *testing.T) {
	s := standing(runBegun, measured, firstStarted, at(0.5, progressOf(11, "a", mib, 100*mib, "")))
	if left, known := s.Left(at(0.5, event.Event{}).Time); known {
		t.Errorf("%v left, after half a second", left)
	}
}

// TestLeftOfCommands checks the estimate from the number of commands. Running commands count as half done.
func TestLeftOfCommands(t *testing.T) {
	begun := runBegun
	begun.Command = event.Paths{"true"}
	total := at(0, event.Event{Kind: event.Measured, Items: 10})
	ran := event.Event{Kind: event.Ran, PID: 11}
	failed := event.Event{Kind: event.Failed, PID: 11}
	for name, row := range map[string]struct {
		events []event.Event
		want   time.Duration // after 12 s; below 0: not known
	}{
		"total unknown": {[]event.Event{begun, ran}, -1},
		"none done":     {[]event.Event{begun, total, firstStarted}, -1},
		"two done":      {[]event.Event{begun, total, ran, failed}, 48 * time.Second},
		"two done, two running": {
			[]event.Event{begun, total, ran, failed, firstStarted, other}, 28 * time.Second},
		"all done": {append([]event.Event{begun, total}, slices.Repeat([]event.Event{ran}, 10)...), 0},
	} {
		s := standing(row.events...)
		left, known := s.Left(at(12, event.Event{}).Time)
		if known != (row.want >= 0) || known && left != row.want {
			t.Errorf("%s: %v left, known: %v; want %v", name, left, known, row.want)
		}
	}
}
