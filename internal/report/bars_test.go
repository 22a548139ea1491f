package report_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"brood/internal/event"
	"brood/internal/status"
)

type life struct {
	Name                          string
	PID, PPID                     int
	Asked, Started, Ended, Reaped int64
}

type bar struct {
	PID      int
	X, Right float64
	Kinds    []string
	Marks    []string
}

type view struct{ From, To, Gutter, Width float64 }

func (v view) x(at int64) float64 {
	return v.Gutter + (float64(at)-v.From)*(v.Width-v.Gutter)/(v.To-v.From)
}

func micros(tl *status.Timeline, at time.Time) int64 {
	if at.IsZero() {
		return -1
	}
	return at.Sub(tl.Parent.Asked).Microseconds()
}

// TestBarsAreWhereTheRecordHasThem: each process has a bar. It begins when the parent asked for the process, ends
// when the process was reaped, and has all phases.
func TestBarsAreWhereTheRecordHasThem(t *testing.T) {
	for _, name := range []string{"copy", "orphan", "zombie", "killed"} {
		t.Run(name, func(t *testing.T) {
			tl := recorded(t, name)
			p := openPage(t, tl)
			lives, bars := look[[]life](p, `brood.lives()`), look[[]bar](p, `brood.bars()`)
			v := look[view](p, `brood.view()`)
			if len(lives) != len(tl.Lives) || len(bars) != len(tl.Lives)+1 {
				t.Fatalf("%d lives and %d bars, want %d and the parent's", len(lives), len(bars), len(tl.Lives))
			}
			for i, l := range tl.Lives {
				at := func(at time.Time) int64 { return micros(tl, at) }
				want := life{l.Name, l.PID, l.PPID, at(l.Asked), at(l.Started), at(l.Ended), at(l.Reaped)}
				if lives[i] != want {
					t.Errorf("life %+v, want %+v", lives[i], want)
				}
				b := bars[i]
				if b.PID != l.PID || math.Abs(b.X-v.x(want.Asked)) > 0.5 {
					t.Errorf("%s: the bar begins at %g, want %g", l.Name, b.X, v.x(want.Asked))
				}
				if want.Reaped >= 0 && math.Abs(b.Right-v.x(want.Reaped)) > 0.5 {
					t.Errorf("%s: the bar ends at %g, want %g", l.Name, b.Right, v.x(want.Reaped))
				}
				for _, phase := range l.Phases {
					if len(b.Kinds) > 1 && !slices.Contains(b.Kinds, phase.Kind) {
						t.Errorf("%s: phases %q, want %q among them", l.Name, b.Kinds, phase.Kind)
					}
				}
			}
		})
	}
}

// TestFatesAreSeen: a bar shows what happened to its process.
func TestFatesAreSeen(t *testing.T) {
	pages := map[string]*tab{}
	for _, c := range []struct {
		run, name    string
		kinds, marks []string
	}{
		{"copy", "copy-6", []string{"fork", status.Stopped, status.Stalled, "zombie"}, []string{"killed", "retried"}},
		{"copy", "copy-3", nil, []string{"failed"}},
		{"copy", "copy-8", []string{"fork", status.Running, "verifying", "zombie"}, []string{}},
		{"orphan", "Process-1", nil, []string{"signal", "killed"}},
		{"orphan", "Process-1:1", []string{status.Running}, []string{"adopted", "open"}},
		{"zombie", "Process-1", []string{status.Running, "zombie"}, []string{"signal"}},
		{"cluster", "task-2", []string{status.Task}, []string{"lost", "retried"}}, // the first attempt
		{"cluster", "copy-5", []string{"fork", status.Running}, []string{"lost"}},
		{"cluster", "copy-8", []string{status.Running, "zombie"}, []string{"failed"}},
	} {
		if pages[c.run] == nil {
			pages[c.run] = openPage(t, recorded(t, c.run))
		}
		got := look[bar](pages[c.run], fmt.Sprintf(`brood.bars().find(bar => bar.name === %q)`, c.name))
		for _, kind := range c.kinds {
			if !slices.Contains(got.Kinds, kind) {
				t.Errorf("%s, %s: phases %q, want %q among them", c.run, c.name, got.Kinds, kind)
			}
		}
		if !slices.Equal(got.Marks, c.marks) {
			t.Errorf("%s, %s: marks %q, want %q", c.run, c.name, got.Marks, c.marks)
		}
	}
}

// TestUnfinishedRecord: the page says that the record has no end, and bars without an end are open.
func TestUnfinishedRecord(t *testing.T) {
	begun := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	p := openPage(t, timelineOf(
		event.Event{Time: begun, Kind: event.Begun, PID: 10, PPID: 1, Source: "a", Dest: "b"},
		event.Event{Time: begun.Add(time.Second), Kind: event.Started, Name: "copy-1", PID: 11, PPID: 10, File: "x", Items: 1},
		event.Event{Time: begun.Add(2 * time.Second), Kind: event.Started, Name: "copy-2", PID: 12, PPID: 10, File: "y", Items: 1}))
	if got := look[string](p, `document.getElementById('notes').textContent`); !strings.Contains(got, "has no end") {
		t.Errorf("the note is %q", got)
	}
	for _, b := range look[[]bar](p, `brood.bars()`) {
		if !slices.Equal(b.Marks, []string{"open"}) {
			t.Errorf("%d has the marks %q", b.PID, b.Marks)
		}
	}
}

// TestNothingHappened: a record with only its first line has a page, too.
func TestNothingHappened(t *testing.T) {
	begun := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	p := openPage(t, timelineOf(event.Event{Time: begun, Kind: event.Begun, PID: 10, PPID: 1, Source: "a", Dest: "b"}))
	p.do(chromedp.Focus(chromedp.ID("scroller")))
	p.do(chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent("+"))
	p.do(chromedp.Click(chromedp.ID("play")))
	if bars := look[[]bar](p, `brood.bars()`); len(bars) != 1 || bars[0].PID != 10 {
		t.Errorf("bars %+v", bars)
	}
	if look[bool](p, `/undefined|NaN|Infinity/.test(document.body.innerText)`) {
		t.Error("the page shows undefined values")
	}
}
