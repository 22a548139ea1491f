package status

import (
	"time"

	"brood/internal/event"
)

// Timeline is the lives of a run's processes, and what became of its files. Apply is
// to be called with each event in its order; the zero value is the state before the first.
type Timeline struct {
	Family   Family // who started whom, and all that happened to each
	Parent   Life   // of the whole run
	Lives    []*Life
	Files    []File // that are settled, in that order
	Moved    []Moved
	Finished bool // the record has the end of the run

	standing Standing
	latest   map[event.Process]*Life
	slots    slots
}

// Life is that of one process.
//
//	Asked ── fork, exec ──▶ Started ── phases ──▶ Ended ── a zombie ──▶ Reaped
type Life struct {
	Name  string
	PID   int
	PPID  int    // who started it
	Node  string // of a cluster, on which it is
	Task  string // the cluster's ID of the task that it is
	Slot  int    // its place among those of its node that run at the same time, from 0 on; tasks have places of their own
	File  string
	Files int // that it was given

	Asked, Started time.Time
	Ended, Reaped  time.Time // zero where the record does not have it
	Phases         []Phase   // in their order, without gaps from Started on
	Adopted        time.Time // when its parent had died; zero as long as that lives
	Adopter        int       // the PID of who adopted it
	Signals        []Sent    // to it, as far as a lesson's record tells

	Parent *Life // who started it; nil for the run's own parent, and for a stranger

	ExitCode *int
	Signal   string
	Error    string // why it was abandoned
	Lost     string // why nobody has seen its end: it went with its task or node
	Bytes    int64
	User     float64 // seconds of CPU
	System   float64
	MaxRSS   int64 // bytes; 0: not known
	Failed   int   // of its files
	Retried  int   // tries of files that will be followed by another

	fileSince time.Time
	left      bool // its slot
}

// Sent is a signal that was sent to a process.
type Sent struct {
	At     time.Time
	Signal string
	From   int // the PID of who has sent it
}

// Moved is how many bytes all children together have gone over up to a time: copied, and read back.
type Moved struct {
	At    time.Time
	Bytes int64
}

// movedEvery is how near to each other two of these are at the least.
const movedEvery = 20 * time.Millisecond

// Phase is what a process is at for a while.
type Phase struct {
	Kind     string // running, or as in progress; or silent, stopped, stalled
	From, To time.Time
	File     string
}

// Kinds of Phase, beside those of progress.
const (
	Starting = "start" // fork and exec
	Task     = "task"  // all of a task's life: the work is its children's
	Running  = "running"
	Silent   = "silent"
	Stopped  = "stopped"
	Stalled  = "stalled"
	Zombie   = "zombie"
	Lost     = "lost" // a moment: nobody has seen the end
)

// End is when the life ended, or at where it has not.
func (l *Life) End(at time.Time) time.Time {
	switch {
	case !l.Reaped.IsZero():
		return l.Reaped
	case !l.Ended.IsZero():
		return l.Ended
	}
	return at
}

// Spans is the whole life in phases, its start and what it was as a zombie too. What the record has no
// end of goes on up to that time.
func (l *Life) Spans(end time.Time) (all []Phase) {
	if l.Started.After(l.Asked) {
		all = append(all, Phase{Starting, l.Asked, l.Started, l.File})
	}
	for _, p := range l.Phases {
		if p.To.IsZero() {
			p.To = l.End(end)
		}
		all = append(all, p)
	}
	switch {
	case l.Lost != "":
		all = append(all, Phase{Lost, l.Ended, l.Ended, ""})
	case !l.Ended.IsZero():
		all = append(all, Phase{Zombie, l.Ended, l.End(end), ""})
	}
	return all
}

// Run is the state of the run, up to its end or that of the record.
func (t *Timeline) Run() *Run { return &t.standing.Run }

// Apply folds one event in.
func (t *Timeline) Apply(e event.Event) {
	t.Family.Apply(e)
	t.standing.Apply(e)
	t.sample(e.Time)
	switch e.Kind {
	case event.Begun:
		t.Parent = Life{Name: "brood", PID: e.PID, PPID: e.PPID, Asked: e.Time, Started: e.Time}
	case event.Started:
		t.start(e)
	case event.Finished:
		t.Finished = true
		t.Parent.Ended, t.Parent.Reaped = e.Time, e.Time
	}
	if l := t.latest[e.Process()]; l != nil && e.Kind != event.Started {
		l.apply(e)
		if e.Kind == event.Exited {
			t.slots.leave(l)
		}
	}
	t.settle(e)
}

func (t *Timeline) sample(at time.Time) {
	n := len(t.Moved)
	switch bytes := t.standing.total; {
	case n == 0:
		t.Moved = append(t.Moved, Moved{at, bytes})
	case bytes == t.Moved[n-1].Bytes:
	case at.Sub(t.Moved[n-1].At) < movedEvery && n > 1:
		t.Moved[n-1].Bytes = bytes
	default:
		t.Moved = append(t.Moved, Moved{at, bytes})
	}
}

func (t *Timeline) start(e event.Event) {
	l := &Life{Name: e.Name, PID: e.PID, PPID: e.PPID, Node: e.Node, Task: e.Task, File: e.File, Files: e.Files, Started: e.Time, fileSince: e.Time}
	l.Asked = e.Time.Add(-time.Duration(e.Duration * float64(time.Second)))
	l.Parent = t.latest[e.Parent()]
	if l.Task != "" {
		l.turnTo(Task, e)
	} else {
		l.turnTo(Running, e)
	}
	t.slots.enter(l)
	if t.latest == nil {
		t.latest = map[event.Process]*Life{}
	}
	t.latest[e.Process()] = l
	t.Lives = append(t.Lives, l)
}

func (l *Life) apply(e event.Event) {
	switch e.Kind {
	case event.Progress:
		kind := e.Phase
		if kind == "" {
			kind = Running
		}
		l.turnTo(kind, e)
	case event.Silent:
		kind := Silent
		if e.Reason == Stopped {
			kind = Stopped
		}
		e.Time = e.Time.Add(-time.Duration(e.Duration * float64(time.Second))) // since then
		l.turnTo(kind, e)
	case event.Stalled:
		l.turnTo(Stalled, e)
	case event.Signalled:
		l.Signals = append(l.Signals, Sent{e.Time, e.Signal, e.PPID})
	case event.Adopted:
		l.Adopted, l.Adopter = e.Time, e.PPID
	case event.Zombie:
		l.end(e.Time)
	case event.Exited:
		l.end(e.Time.Add(-time.Duration(e.Zombie * float64(time.Second))))
		if lost(e) {
			l.Lost = e.Reason
		} else {
			l.Reaped = e.Time
		}
		l.ExitCode, l.Signal, l.Error = e.ExitCode, e.Signal, e.Error
		l.Bytes, l.User, l.System, l.MaxRSS = e.Bytes, e.User, e.System, e.MaxRSS
	}
}

// end may be told by another machine, whose clock is behind.
func (l *Life) end(at time.Time) {
	if l.Ended.IsZero() {
		if at.Before(l.Started) {
			at = l.Started
		}
		l.Ended = at
		l.closePhase(at)
	}
}

// turnTo has another phase begin, unless it is the one that there is.
func (l *Life) turnTo(kind string, e event.Event) {
	n := len(l.Phases)
	if n > 0 && l.Phases[n-1].Kind == kind && l.Phases[n-1].File == e.File && l.Phases[n-1].To.IsZero() {
		return
	}
	l.closePhase(e.Time)
	l.Phases = append(l.Phases, Phase{Kind: kind, From: e.Time, File: e.File})
}

// closePhase ends the last phase; one that had begun after that was none.
func (l *Life) closePhase(at time.Time) {
	n := len(l.Phases)
	if n == 0 || !l.Phases[n-1].To.IsZero() {
		return
	}
	if l.Phases[n-1].To = at; at.Before(l.Phases[n-1].From) {
		l.Phases[n-1].To = l.Phases[n-1].From
	}
}

// End is when the last thing happened that the record has.
func (t *Timeline) End() time.Time {
	end := t.Parent.Ended
	for _, l := range t.Lives {
		for _, at := range []time.Time{l.Started, l.Ended, l.Reaped, l.Adopted} {
			if at.After(end) {
				end = at
			}
		}
	}
	for _, f := range t.Files {
		if f.To.After(end) {
			end = f.To
		}
	}
	return end
}
