package report_test

import (
	"testing"
	"time"

	"brood/internal/event"
	"brood/internal/status"
	"brood/internal/testenv"
)

// TestPageOfManyGenerations: the family shows the first 40 generations, and the next 40 when the reader unfolds them.
func TestPageOfManyGenerations(t *testing.T) {
	testenv.Long(t)
	var line status.Timeline
	begun := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	line.Apply(event.Event{Kind: event.Begun, Time: begun, PID: 1})
	for pid := 2; pid < 50_000; pid++ {
		at := begun.Add(time.Duration(pid) * time.Millisecond)
		line.Apply(event.Event{Kind: event.Started, Time: at, Name: "p", PID: pid, PPID: pid - 1})
	}
	p := openPage(t, &line)
	p.until(`document.querySelectorAll('#family li').length === 40`)
	look[bool](p, `document.querySelector('#family details').open = true`)
	p.until(`document.querySelectorAll('#family li').length === 80`)
}
