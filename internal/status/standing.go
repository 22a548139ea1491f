package status

import (
	"cmp"
	"slices"
	"time"

	"brood/internal/event"
)

// Standing is the state of a run at a moment: what each child is doing, the rate, and the time that is left.
//
// A verified copy takes two passes over the file: one to copy it and one to read it back. So the work counts each byte
// twice.
type Standing struct {
	Totals Totals

	Items int   // to copy or to compare; 0 while the number is not known
	Bytes int64 // in these items

	Waiting int    // tasks that the cluster has not started yet
	Why     string // the cluster's reason for that, or ""

	children map[event.Process]*Child       // that run
	tasks    map[event.Process]*ClusterTask // that run
	settled  int64                          // bytes of settled items, in all passes
	names    int                            // settled items, counted here because Totals has them only by outcome
	passes   int64                          // over each file: 1 or 2
	total    int64                          // bytes that have moved, with those of failed attempts
	speed    speed
}

// Child is the state of a child that runs.
type Child struct {
	Name  string
	PID   int
	Node  string // of a cluster
	Items int    // that it was given
	Nth   int    // the number of the current item, from 1 on

	File        string // the current item, or "" between two
	Bytes, Size int64  // of the file, in the current phase
	Phase       string // as in Progress
	Silent      string // why it makes no progress or is being ended, or ""
	State       string // the kernel's letter for its state when it is silent

	Started time.Time // by the clock of its machine
	Moved   int64     // bytes in all passes over all its files, as far as is known

	task  *ClusterTask // its parent on a cluster, or nil
	speed speed
}

// Apply folds one event in.
func (s *Standing) Apply(e event.Event) {
	s.Totals.Apply(e)
	switch e.Kind {
	case event.Begun:
		s.passes = 1
		if e.Hash != "" && !e.Verify {
			s.passes = 2
		}
		s.speed.start(e.Time)
	case event.Measured:
		s.Items, s.Bytes = e.Items, e.Size
	case event.Submitted:
		s.Waiting += e.Tasks
	case event.Pending:
		s.Waiting, s.Why = e.Tasks, e.Reason
	case event.Started:
		s.start(e)
	case event.Exited:
		delete(s.children, e.Process())
		delete(s.tasks, e.Process())
	default:
		s.update(e)
	}
}

func (s *Standing) start(e event.Event) {
	if e.Task != "" {
		s.startTask(e)
		return
	}
	if s.children == nil {
		s.children = map[event.Process]*Child{}
	}
	c := &Child{Name: e.Name, PID: e.PID, Node: e.Node, Items: e.Items, Nth: 1, File: e.File, Started: e.Time,
		task: s.tasks[e.Parent()]}
	c.speed.start(e.Time)
	s.children[e.Process()] = c
}

// update folds in an event about the current item of a child, or about a child that makes no progress.
func (s *Standing) update(e event.Event) {
	c := s.children[e.Process()]
	switch e.Kind {
	case event.Progress:
		if c != nil {
			s.progress(c, e)
		}
	case event.Silent, event.Stalled:
		if c != nil {
			c.Silent, c.State = e.Reason, e.State
		}
	}
	if e.Settles() || e.Kind == event.Failed {
		s.settles(c, e)
	}
}

func (s *Standing) progress(c *Child, e event.Event) {
	moved := e.Bytes
	if e.File == c.File && passOf(e.Phase) == passOf(c.Phase) {
		moved = max(0, e.Bytes-c.Bytes)
	}
	c.File, c.Bytes, c.Size, c.Phase, c.Silent, c.State = e.File, e.Bytes, e.Size, e.Phase, "", ""
	s.moved(c, moved, e.Time)
}

// passOf returns the pass over the file that a phase belongs to, by the name of its main phase.
func passOf(phase string) string {
	if phase == event.Verifying {
		return event.Verifying
	}
	return ""
}

func (s *Standing) settles(c *Child, e event.Event) {
	if e.Kind == event.Skipped && c == nil {
		return // the parent skipped it, so it never was work
	}
	if e.Kind != event.Made {
		s.names++
	}
	before := int64(0) // bytes of the file that are counted already
	if c != nil {
		if e.File == c.File {
			before = c.done(s.passes)
		}
		c.File, c.Bytes, c.Size, c.Phase, c.Silent, c.State = "", 0, 0, "", "", ""
		c.Nth = min(c.Nth+1, c.Items)
	}
	if e.Kind == event.Copied || e.Kind == event.Verified {
		s.settled += e.Bytes * s.passes
		s.moved(c, max(0, e.Bytes*s.passes-before), e.Time)
	}
}

func (s *Standing) moved(c *Child, bytes int64, now time.Time) {
	s.total += bytes
	s.speed.add(bytes, now)
	if c == nil {
		return
	}
	c.Moved += bytes
	c.speed.add(bytes, now)
	if c.task != nil {
		c.task.Moved += bytes
		c.task.speed.add(bytes, now)
	}
}

// done returns how many bytes of its current file are done, in all passes.
func (c *Child) done(passes int64) int64 {
	if c.Phase == event.Verifying && passes == 2 {
		return c.Size + c.Bytes
	}
	return c.Bytes
}

// Rate returns how many bytes a second the child moves.
func (c *Child) Rate(now time.Time) float64 { return c.speed.rate(now) }

// Children returns the children that run, in the order of their start.
func (s *Standing) Children() []*Child {
	all := make([]*Child, 0, len(s.children))
	for _, c := range s.children {
		all = append(all, c)
	}
	slices.SortFunc(all, byStart)
	return all
}

func byStart(a, b *Child) int {
	return cmp.Or(a.Started.Compare(b.Started), cmp.Compare(a.Node, b.Node), a.PID-b.PID)
}

// Settled returns how many items have a final outcome, good or bad.
func (s *Standing) Settled() int { return s.names }

// Copied returns how many bytes of the files have been copied or compared so far.
func (s *Standing) Copied() int64 {
	copied := s.settled / max(s.passes, 1)
	for _, c := range s.children {
		if c.Phase == event.Verifying && s.passes == 2 {
			copied += c.Size
		} else {
			copied += c.Bytes
		}
	}
	return copied
}

// gone returns how many bytes are done, in all passes.
func (s *Standing) gone() int64 {
	gone := s.settled
	for _, c := range s.children {
		gone += c.done(s.passes)
	}
	return gone
}

// Part returns how much of the work is done, from 0 to 1. known is false while the work has not been measured.
func (s *Standing) Part() (part float64, known bool) {
	switch {
	case s.Bytes > 0:
		return min(1, float64(s.gone())/float64(s.Bytes*s.passes)), true
	case s.Items > 0:
		return min(1, float64(s.names)/float64(s.Items)), true
	}
	return 0, false
}

// Moved returns how many bytes have moved, in all passes and all attempts.
func (s *Standing) Moved() int64 { return s.total }

// Rate returns how many bytes a second all children together move.
func (s *Standing) Rate(now time.Time) float64 { return s.speed.rate(now) }

// Left returns how long the rest will take at the current rate. known is false while there is no useful estimate.
func (s *Standing) Left(now time.Time) (left time.Duration, known bool) {
	if len(s.Totals.Command) > 0 {
		return s.leftOfCommands(now)
	}
	rate := s.Rate(now)
	if s.Bytes == 0 || rate < 1 || now.Sub(s.Totals.Begun) < settleTime {
		return 0, false
	}
	rest := max(0, s.Bytes*s.passes-s.gone())
	return estimate(float64(rest) / rate)
}

// leftOfCommands estimates the time by the number of commands that have ended. Nobody knows how far a running command
// has got, so it counts as half done.
func (s *Standing) leftOfCommands(now time.Time) (left time.Duration, known bool) {
	took := now.Sub(s.Totals.Begun)
	if s.names == 0 || s.names > s.Items || took < settleTime {
		return 0, false
	}
	done := float64(s.names) + float64(min(s.Totals.Running, s.Items-s.names))/2
	return estimate(took.Seconds() / done * (float64(s.Items) - done))
}

// estimate returns a time in seconds as an estimate, unless it is too long to be one.
func estimate(seconds float64) (left time.Duration, known bool) {
	if seconds > (1000 * time.Hour).Seconds() {
		return 0, false
	}
	return time.Duration(seconds * float64(time.Second)), true
}

// settleTime is how long a run must have lasted before its rate gives an estimate.
const settleTime = time.Second
