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
	Verify       bool // the two sides are compared, nothing is copied
	Begun        time.Time
	Jobs         int // the best number of children at once known so far, where it is looked for

	Files   int   // copied
	Bytes   int64 // in these
	Links   int
	Folders int
	Skipped int
	Failed  int

	Repaired int // not copied, and got attributes that they lacked; of a dry run, would get

	Hash      string         // by which files were verified
	Digest    string         // of the last one
	Verified  int            // files proved to be the same on both sides, copied just now or before
	Missing   int            // at the destination
	Extra     int            // at the destination alone
	Different int            // on the two sides
	Lost      map[string]int // files that lost something, by what it was

	Planned      int // files that a dry run would copy
	PlannedBytes int64

	Children int // started so far
	Running  int
	Peak     int // the most at once

	Tasks int // of a cluster, started so far; they are no children
	Nodes int // of it, on which any process has started
	nodes map[string]bool

	Retried   int // tries that failed, and are followed by another
	Abandoned int // children that could not even be killed

	Stopped string // the signal that ended the run early, "" for none
	Halted  string // why the run ended early by itself, "" when it did not
}

// Apply folds one event in.
func (r *Run) Apply(e event.Event) {
	switch e.Kind {
	case event.Begun:
		r.PID, r.PPID, r.Source, r.Dest, r.Begun = e.PID, e.PPID, e.Source, e.Dest, e.Time
		r.DryRun, r.Verify = e.DryRun, e.Verify
		if e.Auto {
			r.Jobs = e.Jobs
		}
	case event.Adjusted:
		if e.Phase != event.Trying {
			r.Jobs = e.Jobs
		}
	case event.Planned:
		if e.Reason == event.ReasonRepaired {
			r.Repaired++
			return
		}
		r.Planned++
		r.PlannedBytes += e.Size
	case event.Started:
		r.started(e)
	case event.Copied:
		r.Files++
		r.Bytes += e.Bytes
		r.verified(e)
		r.lost(e)
	case event.Linked:
		r.Links++
		r.lost(e)
	case event.Made:
		r.Folders++
		r.lost(e)
	case event.Verified:
		r.verified(e)
		r.lost(e)
		if r.Verify {
			r.Files++
			r.Bytes += e.Bytes
		} else {
			r.Skipped++ // it was there before
		}
	case event.Differs:
		r.differs(e)
	case event.Skipped:
		if e.Reason == event.ReasonRepaired {
			r.Repaired++
		} else {
			r.Skipped++
		}
		r.lost(e)
	case event.Failed:
		r.Failed++
	case event.Exited:
		r.exited(e)
	case event.Retried:
		if e.Attempt > 0 { // else only its start
			r.Retried++
		}
	case event.Stopping:
		if r.Stopped == "" {
			r.Stopped = e.Signal
		}
		if r.Halted == "" && e.Signal == "" {
			r.Halted = e.Reason
		}
	}
}

// started counts a child or a task, and its node.
func (r *Run) started(e event.Event) {
	if e.Node != "" && !r.nodes[e.Node] {
		if r.nodes == nil {
			r.nodes = map[string]bool{}
		}
		r.nodes[e.Node] = true
		r.Nodes++
	}
	if e.Task != "" {
		r.Tasks++
		return
	}
	r.Children++
	r.Running++
	r.Peak = max(r.Peak, r.Running)
}

// exited counts the end of a child. One that was lost has no error, and is not abandoned: nothing of it is left.
func (r *Run) exited(e event.Event) {
	if e.Task != "" {
		return
	}
	r.Running--
	if e.Error != "" {
		r.Abandoned++
	}
}

// verified counts a file whose contents have a digest.
func (r *Run) verified(e event.Event) {
	if e.Digest != "" {
		r.Hash, r.Digest = e.Hash, e.Digest
		r.Verified++
	}
}

func (r *Run) lost(e event.Event) {
	for _, what := range e.Lost {
		if r.Lost == nil {
			r.Lost = map[string]int{}
		}
		r.Lost[what]++
	}
}

func (r *Run) differs(e event.Event) {
	switch e.Reason {
	case event.ReasonMissing:
		r.Missing++
	case event.ReasonExtra:
		r.Extra++
	default:
		r.Different++
	}
}

// Finished is the event that ends the run, at the time now.
func (r *Run) Finished(now time.Time) event.Event {
	e := event.Event{
		Time: now, Kind: event.Finished, Source: r.Source, Dest: r.Dest, Signal: r.Stopped, Reason: r.Halted, DryRun: r.DryRun, Verify: r.Verify,
		Jobs: r.Jobs, Files: r.Files, Bytes: r.Bytes, Duration: now.Sub(r.Begun).Seconds(),
		Totals: &event.Totals{
			Links: r.Links, Skipped: r.Skipped, Repaired: r.Repaired, Failed: r.Failed, Children: r.Children, Peak: r.Peak, Retried: r.Retried, Abandoned: r.Abandoned,
			Tasks: r.Tasks, Nodes: r.Nodes,
			Verified: r.Verified, Missing: r.Missing, Extra: r.Extra, Different: r.Different, Losses: r.Lost,
			Planned: r.Planned, PlannedBytes: r.PlannedBytes,
		},
	}
	e.Hash = r.Hash
	if r.Verified == 1 {
		e.Digest = r.Digest // of the one file
	}
	if e.Duration > 0 {
		e.Rate = float64(e.Bytes) / e.Duration
	}
	return e
}
