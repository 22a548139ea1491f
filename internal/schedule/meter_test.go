package schedule

import (
	"testing"
	"time"

	"brood/internal/event"
)

func TestMeterCountsWhatIsMoved(t *testing.T) {
	progress := func(file string, bytes int64) event.Event {
		return event.Event{Kind: event.Progress, File: file, Bytes: bytes}
	}
	copied := func(file string, bytes int64) event.Event {
		return event.Event{Kind: event.Copied, File: file, Bytes: bytes}
	}
	shared := copied("a", 1<<40)
	shared.Method = "reflink"
	for name, row := range map[string]struct {
		events             []event.Event
		bytes, files, news int64
	}{
		"a small file":      {[]event.Event{copied("a", 9)}, 9, 1, 2},
		"a large one":       {[]event.Event{progress("a", 5), progress("a", 5), progress("a", 8), copied("a", 9)}, 9, 1, 4},
		"read back":         {[]event.Event{progress("a", 9), progress("a", 4), copied("a", 9)}, 18, 1, 4},
		"shared, not moved": {[]event.Event{shared}, 0, 1, 1},
		"two in turn":       {[]event.Event{progress("a", 5), copied("a", 9), progress("b", 9), copied("b", 9)}, 18, 2, 5},
		"failed":            {[]event.Event{progress("a", 5), {Kind: event.Failed, File: "a"}}, 5, 0, 1},
		"a link, and no change": {[]event.Event{
			{Kind: event.Linked, File: "a"}, {Kind: event.Skipped, File: "b"}, {Kind: event.Exited, File: "a", Bytes: 7},
		}, 0, 2, 2},
	} {
		var m meter
		var at mark
		for _, e := range row.events {
			m.take(&at, e)
		}
		b, f, n := m.bytes.Load(), m.files.Load(), m.news.Load()
		if b != row.bytes || f != row.files || n != row.news {
			t.Errorf("%s: %d bytes, %d files, %d news, want %d, %d, %d", name, b, f, n, row.bytes, row.files, row.news)
		}
	}
}

// A reading covers the time since the last one. It is not ok after this process was stopped.
func TestMeterReading(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	m := meter{read: now, counted: now}
	m.bytes.Store(100)
	m.children(0, now.Add(200*time.Millisecond))
	m.children(2, now.Add(700*time.Millisecond))
	got, children, ok := m.reading(1, now.Add(time.Second))
	if want := (moved{bytes: 100, seconds: 1}); got != want || children != 1.3 || !ok {
		t.Errorf("read %+v by %v children, %t; want %+v by 1.3", got, children, ok, want)
	}
	m.bytes.Store(50)
	if got, _, ok := m.reading(1, now.Add(time.Minute)); ok {
		t.Errorf("read %+v after a stop, want no reading", got)
	}
	if got, children, ok := m.reading(1, now.Add(time.Minute+time.Second)); got.bytes != 0 || children != 1 || !ok {
		t.Errorf("read %+v by %v children, %t, in the beat after that", got, children, ok)
	}
}
