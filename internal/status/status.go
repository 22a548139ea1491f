// Package status folds events into the state of a run.
package status

import (
	"time"

	"brood/internal/event"
)

// Run is what is known of a run so far. Apply is to be called with each of its
// events, in their order; the zero value is the state before the first.
type Run struct {
	PID, PPID    int
	Source, Dest string
	DryRun       bool
	Begun        time.Time

	Files   int   // copied
	Bytes   int64 // in these
	Links   int
	Folders int
	Skipped int
	Failed  int

	Planned      int // files that a dry run would copy
	PlannedBytes int64

	Children int // started so far
	Running  int
	Peak     int // the most at once

	Stopped string // the signal that ended the run early, "" for none
}

// Apply folds one event in.
func (r *Run) Apply(e event.Event) {
	switch e.Kind {
	case event.Begun:
		r.PID, r.PPID, r.Source, r.Dest, r.Begun = e.PID, e.PPID, e.Source, e.Dest, e.Time
		r.DryRun = e.DryRun
	case event.Planned:
		r.Planned++
		r.PlannedBytes += e.Size
	case event.Started:
		r.Children++
		r.Running++
		r.Peak = max(r.Peak, r.Running)
	case event.Copied:
		r.Files++
		r.Bytes += e.Bytes
	case event.Linked:
		r.Links++
	case event.Made:
		r.Folders++
	case event.Skipped:
		r.Skipped++
	case event.Failed:
		r.Failed++
	case event.Exited:
		r.Running--
	case event.Stopping:
		if r.Stopped == "" {
			r.Stopped = e.Signal
		}
	}
}

// Finished is the event that ends the run, at the time now.
func (r *Run) Finished(now time.Time) event.Event {
	e := event.Event{
		Time: now, Kind: event.Finished, Source: r.Source, Dest: r.Dest, Signal: r.Stopped, DryRun: r.DryRun,
		Files: r.Files, Bytes: r.Bytes, Duration: now.Sub(r.Begun).Seconds(),
		Totals: &event.Totals{
			Links: r.Links, Skipped: r.Skipped, Failed: r.Failed, Children: r.Children, Peak: r.Peak,
			Planned: r.Planned, PlannedBytes: r.PlannedBytes,
		},
	}
	if e.Duration > 0 {
		e.Rate = float64(e.Bytes) / e.Duration
	}
	return e
}
