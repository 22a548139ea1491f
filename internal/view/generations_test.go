package view_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"brood/internal/event"
	"brood/internal/status"
	"brood/internal/testenv"
	"brood/internal/view"
)

// processes is the size of the records below. With -short it is smaller, since drawing takes time.
func processes() int {
	if testing.Short() {
		return 3_000
	}
	return 200_000
}

// record is the record of n processes. starter returns the PID of a process's parent.
func record(n int, source string, starter func(pid int) int) *status.Timeline {
	var t status.Timeline
	begun := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	t.Apply(event.Event{Kind: event.Begun, Time: begun, PID: 1_000_000, Source: source, Dest: source})
	for pid := range n {
		at := begun.Add(time.Duration(pid) * time.Microsecond)
		t.Apply(event.Event{Kind: event.Started, Time: at, Name: "p", PID: pid + 1, PPID: starter(pid + 1)})
	}
	return &t
}

// TestManyGenerations: a report draws the first generations of a long chain of processes and counts the others.
func TestManyGenerations(t *testing.T) {
	n := processes()
	for _, row := range []struct {
		source     string
		lines      int
		undrawn    int
		generation string
	}{{"", 50, n - 50, "└─ X2 50 p"}, {"s", 18, n - 18, "└─ 18 p"}} {
		var got strings.Builder
		chain := record(n, row.source, func(pid int) int { return pid - 1 })
		if err := view.Report(&got, chain, "en", 80, "run.jsonl"); err != nil {
			t.Fatal(err)
		}
		if got.Len() > 100_000 {
			t.Fatalf("source %q: %d bytes", row.source, got.Len())
		}
		_, family, _ := strings.Cut(got.String(), "\nfamily\n")
		want := fmt.Sprintf("└─ … and %d,%03d more\n", row.undrawn/1000, row.undrawn%1000)
		drawn := strings.Count(family, " p ")
		if !strings.HasSuffix(family, want) || !strings.Contains(family, row.generation) || drawn != row.lines {
			t.Errorf("source %q:\n%s\nwant %d generations, and at the end %s", row.source, family, row.lines, want)
		}
	}
}

// TestEachOthersParents: reused PIDs can make processes each other's parents. Each is drawn once.
func TestEachOthersParents(t *testing.T) {
	n := processes()
	for name, starter := range map[string]func(pid int) int{
		"pairs":   func(pid int) int { return (pid - 1) ^ 1 + 1 },
		"itself":  func(pid int) int { return pid },
		"to none": func(pid int) int { return n + pid },
		"a star":  func(int) int { return 1 },
	} {
		var got strings.Builder
		if err := view.Family(&got, &record(n, "", starter).Family, view.EnglishFamily, 0); err != nil {
			t.Fatal(err)
		}
		if lines := strings.Count(got.String(), "\n"); lines != n {
			t.Errorf("%s: %d lines; want %d", name, lines, n)
		}
	}
	var ring strings.Builder
	members := record(100, "", func(pid int) int { return pid%100 + 1 }).Family
	if err := view.Family(&ring, &members, view.EnglishFamily, 0); err != nil {
		t.Fatal(err)
	}
	got, top, end := ring.String(), "A 1 p  started by B", "└─ … and 50 more\n"
	if strings.Count(got, "\n") != 51 || !strings.HasPrefix(got, top) || !strings.HasSuffix(got, end) {
		t.Errorf("a ring:\n%s", got)
	}
}

// TestPicturesOfManyGenerations: pictures and traces of a long chain stay small.
func TestPicturesOfManyGenerations(t *testing.T) {
	testenv.Long(t)
	r := record(processes(), "", func(pid int) int { return pid - 1 })
	var svg, trace strings.Builder
	if err := view.SVG(&svg, r, "en"); err != nil {
		t.Fatal(err)
	}
	if err := view.Trace(&trace, r); err != nil {
		t.Fatal(err)
	}
	if svg.Len() > 1<<20 || trace.Len() > processes()*1000 {
		t.Errorf("the picture has %d bytes, the trace %d", svg.Len(), trace.Len())
	}
}
