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

// processes is how many the records below have: in the quick run less, as each takes a while to draw.
func processes() int {
	if testing.Short() {
		return 3_000
	}
	return 200_000
}

// record is one of n processes, each started by the process with the PID that starter says.
func record(n int, source string, starter func(pid int) int) *status.Timeline {
	var t status.Timeline
	begun := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	t.Apply(event.Event{Kind: event.Begun, Time: begun, PID: 1_000_000, Source: source, Dest: source})
	for pid := range n {
		t.Apply(event.Event{Kind: event.Started, Time: begun.Add(time.Duration(pid) * time.Microsecond), Name: "p", PID: pid + 1, PPID: starter(pid + 1)})
	}
	return &t
}

// TestManyGenerations: of a long line of processes the first generations are drawn and the
// rest is counted, where each line is longer than the one before.
func TestManyGenerations(t *testing.T) {
	n := processes()
	for _, row := range []struct {
		source     string
		lines      int
		undrawn    int
		generation string
	}{{"", 50, n - 50, "└─ X2 50 p"}, {"s", 18, n - 18, "└─ 18 p"}} {
		var got strings.Builder
		if err := view.Report(&got, record(n, row.source, func(pid int) int { return pid - 1 }), "en", 80); err != nil {
			t.Fatal(err)
		}
		if got.Len() > 100_000 {
			t.Fatalf("source %q: %d bytes", row.source, got.Len())
		}
		_, family, _ := strings.Cut(got.String(), "\nfamily\n")
		want := fmt.Sprintf("└─ … and %d,%03d more\n", row.undrawn/1000, row.undrawn%1000)
		if !strings.HasSuffix(family, want) || !strings.Contains(family, row.generation) || strings.Count(family, " p ") != row.lines {
			t.Errorf("source %q:\n%s\nwant %d generations, and at the end %s", row.source, family, row.lines, want)
		}
	}
}

// TestEachOthersParents: processes that are each other's parents, as PIDs are used again, are drawn once.
func TestEachOthersParents(t *testing.T) {
	n := processes()
	for name, starter := range map[string]func(pid int) int{
		"pairs":   func(pid int) int { return (pid - 1) ^ 1 + 1 },
		"itself":  func(pid int) int { return pid },
		"to none": func(pid int) int { return n + pid },
		"a star":  func(int) int { return 1 },
	} {
		var got strings.Builder
		if err := view.Family(&got, &record(n, "", starter).Family, view.EnglishFamily); err != nil {
			t.Fatal(err)
		}
		if lines := strings.Count(got.String(), "\n"); lines != n {
			t.Errorf("%s: %d lines; want %d", name, lines, n)
		}
	}
	var ring strings.Builder
	if err := view.Family(&ring, &record(100, "", func(pid int) int { return pid%100 + 1 }).Family, view.EnglishFamily); err != nil {
		t.Fatal(err)
	}
	if got := ring.String(); strings.Count(got, "\n") != 51 || !strings.HasPrefix(got, "A 1 p  started by B") || !strings.HasSuffix(got, "└─ … and 50 more\n") {
		t.Errorf("a ring:\n%s", got)
	}
}

// TestPicturesOfManyGenerations: they have no trees, and are drawn all the same.
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
		t.Errorf("%d and %d bytes", svg.Len(), trace.Len())
	}
}
