package status_test

import (
	"testing"
	"time"

	"brood/internal/event"
	"brood/internal/status"
)

// TestFamily has A start B and B start C. B is killed, a stranger adopts C, and A reaps B.
func TestFamily(t *testing.T) {
	var f status.Family
	at := func(s int) time.Time { return time.Date(2026, 1, 1, 0, 0, s, 0, time.UTC) }
	for _, e := range []event.Event{
		{Time: at(1), Kind: event.Started, Name: "MainProcess", PID: 10, PPID: 1},
		{Time: at(2), Kind: event.Started, Name: "Process-1", PID: 11, PPID: 10},
		{Time: at(3), Kind: event.Started, Name: "Process-1:1", PID: 12, PPID: 11},
		{Time: at(4), Kind: event.Signalled, PID: 11, Sender: 10, Signal: "SIGKILL"},
		{Time: at(5), Kind: event.Zombie, PID: 11, PPID: 10},
		{Time: at(6), Kind: event.Adopted, PID: 12, PPID: 1},
		{Time: at(7), Kind: event.Exited, PID: 11, PPID: 10, ExitCode: new(-9), Signal: "SIGKILL"},
		{Time: at(8), Kind: event.Exited, PID: 99, PPID: 10, ExitCode: new(0)}, // of a stranger
		{Time: at(9), Kind: event.Progress, PID: 12},
	} {
		f.Apply(e)
	}
	a, b, c := f.Of(event.Process{PID: 10}), f.Named("Process-1"), f.Of(event.Process{PID: 12})
	if len(f.Members) != 3 || a.Letter != "A" || b.Letter != "B" || c.Letter != "C" {
		t.Fatalf("members %+v", f.Members)
	}
	if b.Ended != at(5) || b.Reaped != at(7) || b.Reaper != 10 || *b.ExitCode != -9 || b.Signal != "SIGKILL" ||
		len(b.History) != 4 || b.History[1].By.PID != 10 {
		t.Errorf("B: %+v", b)
	}
	if c.Parent != 1 || c.Starter != 11 || !c.Ended.IsZero() || len(c.History) != 2 {
		t.Errorf("C: %+v", c)
	}
	if children := f.Children(a); len(children) != 1 || children[0] != b {
		t.Errorf("children of A: %+v", children)
	}
	if f.Named("none") != nil || f.Of(event.Process{PID: 99}) != nil {
		t.Error("found a stranger")
	}
}

// TestFamilyOfReusedPIDs has A start B, and B start C, which gets the PID that A had.
func TestFamilyOfReusedPIDs(t *testing.T) {
	var f status.Family
	for _, e := range []event.Event{
		{Kind: event.Started, PID: 1, PPID: 9},
		{Kind: event.Started, PID: 2, PPID: 1},
		{Kind: event.Started, PID: 1, PPID: 2},
	} {
		f.Apply(e)
	}
	a, b, c := f.Members[0], f.Members[1], f.Members[2]
	if f.StarterOf(a) != nil || f.StarterOf(b) != a || f.StarterOf(c) != b ||
		len(f.Children(c)) != 0 || len(f.Children(a)) != 1 {
		t.Errorf("A has %v, B %v, C %v", f.Children(a), f.Children(b), f.Children(c))
	}
}

func TestLettersGoOn(t *testing.T) {
	var f status.Family
	for i := range 28 {
		f.Apply(event.Event{Kind: event.Started, PID: 100 + i})
	}
	a, z, next := f.Members[0].Letter, f.Members[25].Letter, f.Members[27].Letter
	if a != "A" || z != "Z" || next != "B2" {
		t.Errorf("letters %s %s %s", a, z, next)
	}
}
