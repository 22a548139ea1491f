package report_test

import (
	"testing"
	"time"

	"brood/internal/event"
	"brood/internal/status"
	"brood/internal/testenv"
)

// TestPageOfManyGenerations: the page of a long line of processes shows the first
// generations, and the next ones when they are asked for.
func TestPageOfManyGenerations(t *testing.T) {
	testenv.Long(t)
	var line status.Timeline
	begun := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	line.Apply(event.Event{Kind: event.Begun, Time: begun, PID: 1})
	for pid := 2; pid < 50_000; pid++ {
		line.Apply(event.Event{Kind: event.Started, Time: begun.Add(time.Duration(pid) * time.Millisecond), Name: "p", PID: pid, PPID: pid - 1})
	}
	p := openPage(t, &line)
	p.until(`document.querySelectorAll('#family li').length === 40`)
	p.until(`(document.querySelector('#family details').open = true, document.querySelectorAll('#family li').length === 80)`)
}
