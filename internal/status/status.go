// Package status folds events into the state of a run.
//
//	Totals    the counts of a run, and its last event
//	Standing  what each child is doing now, the rate and the time left
//	Fold      a Standing that other goroutines may look at
//	Timeline  the whole life of each process, and the outcome of each file
//	Family    who started, signalled, adopted and reaped whom
//
// Each is a fold: call Apply with every event of the run, in order. The zero value is the state before the first
// event. A recorded run gives the same states as the live one.
package status

import (
	"time"

	"brood/internal/event"
)

// Totals has the counts of a run up to now.
type Totals struct {
	PID, PPID    int
	Source, Dest string
	Sources      event.Paths // if there are several
	Command      event.Paths // that is run for each item, or nil
	Traced       event.Paths // the command line of a traced program, or nil
	Lesson       string      // its name; "" for another run, and in an old record
	DryRun       bool
	Verify       bool // the two sides are compared, nothing is copied
	Begun        time.Time
	Slots        int // the best known number, when the run looks for it; else 0

	Files   int   // copied; of commands, how many have succeeded
	Bytes   int64 // in these files
	Links   int
	Folders int
	Skipped int
	Failed  int

	Failures []Failure // the first that failed

	Repaired int // not copied, but given missing attributes; in a dry run they would be

	Hash      string         // that verified files
	Digest    string         // of the last verified file
	Verified  int            // files proved equal on both sides, copied now or before
	Missing   int            // at the destination
	Extra     int            // at the destination alone
	Different int            // on the two sides
	Lost      map[string]int // files that lost something, by what they lost

	Planned      int // files that a dry run would copy
	PlannedBytes int64

	Children int // started so far, without tasks
	Running  int // children now
	Peak     int // children at once, at most

	Tasks int // of a cluster, started so far
	Nodes int // of a cluster, where a process has started
	nodes map[string]bool

	Retried   int // attempts that failed and are followed by another
	Abandoned int // children that could not even be killed

	Stopped string // the signal that ended the run early, or ""
	Halted  string // why the run ended itself early, or ""

	items      int  // to do
	measured   bool // items is known
	byChildren int  // items that children have settled
}

// Apply folds one event in.
func (r *Totals) Apply(e event.Event) {
	if e.PID != 0 && e.Kind != event.Made && e.Settles() { // folders are not measured
		r.byChildren++
	}
	switch e.Kind {
	case event.Begun:
		r.PID, r.PPID, r.Source, r.Dest, r.Begun = e.PID, e.PPID, e.Source, e.Dest, e.Time
		r.Sources, r.Command, r.DryRun, r.Verify, r.Lesson = e.Sources, e.Command, e.DryRun, e.Verify, e.Name
		if e.Version == event.TraceVersion {
			r.Command, r.Traced = nil, e.Command
		}
		if e.Auto {
			r.Slots = e.Slots
		}
	case event.Adjusted:
		switch {
		case e.Node != "": // a task's own
		case e.Reason == event.ReasonLimit:
			r.Slots = 0 // a user has ended the search
		case !e.Trying:
			r.Slots = e.Slots
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
	case event.Ran:
		r.Files++
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
		r.failed(e)
	case event.Measured:
		r.items, r.measured = e.Items, true
	case event.Exited:
		r.exited(e)
	case event.Retried:
		if e.Attempt > 0 { // else only the start of a child is tried again
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
func (r *Totals) started(e event.Event) {
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

// exited counts the end of a child. A child that was lost has no error and does not count as abandoned, because
// nothing of it is left.
func (r *Totals) exited(e event.Event) {
	if e.Task != "" {
		return
	}
	r.Running--
	if e.Error != "" {
		r.Abandoned++
	}
}

// verified counts a file when the event has a digest.
func (r *Totals) verified(e event.Event) {
	if e.Digest != "" {
		r.Hash, r.Digest = e.Hash, e.Digest
		r.Verified++
	}
}

func (r *Totals) lost(e event.Event) {
	for _, what := range e.Lost {
		if r.Lost == nil {
			r.Lost = map[string]int{}
		}
		r.Lost[what]++
	}
}

func (r *Totals) differs(e event.Event) {
	switch e.Reason {
	case event.ReasonMissing:
		r.Missing++
	case event.ReasonExtra:
		r.Extra++
	default:
		r.Different++
	}
}

// Works reports whether the run copies, compares or runs commands. The processes of a lesson or a trace
// do not.
func (r *Totals) Works() bool { return r.Source != "" || len(r.Sources) > 0 || len(r.Command) > 0 }

// Finished returns the event that ends the run at the time now.
func (r *Totals) Finished(now time.Time) event.Event {
	e := event.Event{
		Time: now, Kind: event.Finished, Source: r.Source, Sources: r.Sources, Dest: r.Dest, Command: r.Command,
		DryRun: r.DryRun, Verify: r.Verify, Signal: r.Stopped, Reason: r.Halted, Slots: r.Slots, Tasks: r.Tasks,
		Files: r.Files, Bytes: r.Bytes, Duration: now.Sub(r.Begun).Seconds(),
		Totals: &event.Totals{
			Links: r.Links, Skipped: r.Skipped, Repaired: r.Repaired, Failed: r.Failed,
			Children: r.Children, Peak: r.Peak, Retried: r.Retried, Abandoned: r.Abandoned, Nodes: r.Nodes,
			Verified: r.Verified, Missing: r.Missing, Extra: r.Extra, Different: r.Different, Losses: r.Lost,
			Planned: r.Planned, PlannedBytes: r.PlannedBytes,
		},
	}
	e.Unbegun, _ = r.Unbegun()
	e.Hash = r.Hash
	if r.Verified == 1 {
		e.Digest = r.Digest // of the one file
	}
	if e.Duration > 0 {
		e.Rate = float64(e.Bytes) / e.Duration
	}
	return e
}
