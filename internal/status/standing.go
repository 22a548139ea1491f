package status

import (
	"cmp"
	"slices"
	"time"

	"brood/internal/event"
)

// Standing is where a run stands at a moment: what its children are at, how fast it
// gets on and how long it may still take. Apply is to be called with each of its
// events, in their order; the zero value is the state before the first.
//
// A file that is verified is gone over twice, when it is copied and when it is read
// back, and so counts twice in what there is to do.
type Standing struct {
	Run Run

	Files int   // that there are to copy or to compare; 0 while that is not known
	Bytes int64 // of these

	Waiting int    // tasks that the cluster has not started yet
	Why     string // they wait; "" where it has not said

	children map[event.Process]*Child
	tasks    map[event.Process]*ClusterTask // that run
	settled  int64                          // bytes of what is settled, each pass counted
	names    int                            // that are settled
	passes   int64
	total    int64 // bytes that were seen to move
	speed    speed
}

// Child is a child at work.
type Child struct {
	Name  string
	PID   int
	Node  string // of a cluster, on which it is
	Files int    // that it was given
	Nth   int    // of these is the one at hand, from 1 on

	File        string // "" between two
	Bytes, Size int64  // of the file, in its present phase
	Phase       string // as in progress
	Silent      string // why nothing is heard of it, or that it is being ended; "" as long as it talks
	State       string // the kernel's letter then

	Started time.Time // by the clock of its machine
	Moved   int64     // bytes in all passes over all its files, as far as it has told

	task  *ClusterTask // whose child it is; nil on one machine
	speed speed
}

// Apply folds one event in.
func (s *Standing) Apply(e event.Event) {
	s.Run.Apply(e)
	switch e.Kind {
	case event.Begun:
		s.passes = 1
		if e.Hash != "" && !e.Verify {
			s.passes = 2
		}
		s.speed.start(e.Time)
	case event.Measured:
		s.Files, s.Bytes = e.Files, e.Size
	case event.Submitted:
		s.Waiting += e.Jobs
	case event.Pending:
		s.Waiting, s.Why = e.Jobs, e.Reason
	case event.Started:
		s.start(e)
	case event.Exited:
		delete(s.children, e.Process())
		delete(s.tasks, e.Process())
	default:
		s.tells(e)
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
	c := &Child{Name: e.Name, PID: e.PID, Node: e.Node, Files: e.Files, Nth: 1, File: e.File, Started: e.Time, task: s.tasks[e.Parent()]}
	c.speed.start(e.Time)
	s.children[e.Process()] = c
}

// tells is what a child says of its file, or the scheduler of a child.
func (s *Standing) tells(e event.Event) {
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
	if e.File == c.File && phaseOf(e.Phase) == phaseOf(c.Phase) {
		moved = max(0, e.Bytes-c.Bytes)
	}
	c.File, c.Bytes, c.Size, c.Phase, c.Silent, c.State = e.File, e.Bytes, e.Size, e.Phase, "", ""
	s.moved(c, moved, e.Time)
}

// phaseOf is the pass over the file that a phase belongs to.
func phaseOf(phase string) string {
	if phase == event.Verifying {
		return event.Verifying
	}
	return ""
}

func (s *Standing) settles(c *Child, e event.Event) {
	if e.Kind == event.Skipped && c == nil {
		return // it was no work from the beginning
	}
	if e.Kind != event.Made {
		s.names++
	}
	before := int64(0) // of the file, that has been seen to move
	if c != nil {
		if e.File == c.File {
			before = c.done(s.passes)
		}
		c.File, c.Bytes, c.Size, c.Phase, c.Silent, c.State = "", 0, 0, "", "", ""
		c.Nth = min(c.Nth+1, c.Files)
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

// done is how much of its file's bytes it has gone over, in all passes.
func (c *Child) done(passes int64) int64 {
	if c.Phase == event.Verifying && passes == 2 {
		return c.Size + c.Bytes
	}
	return c.Bytes
}

// Rate is how many bytes a second the child moves.
func (c *Child) Rate(now time.Time) float64 { return c.speed.rate(now) }

// Children are those that run, in the order of their start.
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

// Settled is how many names are done with, well or not.
func (s *Standing) Settled() int { return s.names }

// Copied is how many bytes of the files have been copied or compared so far.
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

// gone is how many bytes have been gone over.
func (s *Standing) gone() int64 {
	gone := s.settled
	for _, c := range s.children {
		gone += c.done(s.passes)
	}
	return gone
}

// Part is how much of the work is done, from 0 to 1; known is false when nobody has
// measured how much there is.
func (s *Standing) Part() (part float64, known bool) {
	switch {
	case s.Bytes > 0:
		return min(1, float64(s.gone())/float64(s.Bytes*s.passes)), true
	case s.Files > 0:
		return min(1, float64(s.names)/float64(s.Files)), true
	}
	return 0, false
}

// Moved is how many bytes have been gone over, each pass and each try counted.
func (s *Standing) Moved() int64 { return s.total }

// Rate is how many bytes a second are gone over, by all children together.
func (s *Standing) Rate(now time.Time) float64 { return s.speed.rate(now) }

// Left is how long the rest will take at the present rate; known is false as long
// as that cannot be told.
func (s *Standing) Left(now time.Time) (left time.Duration, known bool) {
	rate := s.Rate(now)
	if s.Bytes == 0 || rate < 1 || now.Sub(s.Run.Begun) < settleTime {
		return 0, false
	}
	rest := max(0, s.Bytes*s.passes-s.gone())
	seconds := float64(rest) / rate
	if seconds > (1000 * time.Hour).Seconds() {
		return 0, false
	}
	return time.Duration(seconds * float64(time.Second)), true
}

// settleTime is how long a rate must have been looked at before a time is made of it.
const settleTime = time.Second
