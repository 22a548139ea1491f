package status

import (
	"time"

	"brood/internal/event"
)

// Timeline has the life of each process of a run, and the outcome of each item.
type Timeline struct {
	Family   Family
	Parent   Life    // the parent of the run
	Lives    []*Life // all other processes, in the order of their start
	Files    []File  // the settled items, in order
	Moved    []Moved
	Finished bool // the record has the end of the run
	Outputs  int  // failed commands with last lines: see Life.Stdout

	standing Standing
	latest   map[event.Process]*Life
	slots    slots
}

// Life is the life of a process.
//
//	Asked ── fork, exec ──▶ Started ── phases ──▶ Ended ── a zombie ──▶ Reaped
type Life struct {
	Name  string
	PID   int
	PPID  int    // the PID of the process that started it
	Node  string // of a cluster
	Task  string // the cluster's ID of the task that it is, or ""
	Slot  int    // from 0 on; each node has slots of its own, and so have its tasks
	File  string // its first item
	Items int    // that it was given

	Asked, Started time.Time // before and after fork and exec
	Ended, Reaped  time.Time // zero when the record does not have it
	Phases         []Phase   // in order, without gaps from Started on
	Adopted        time.Time // after the death of its parent; zero while that lives
	Adopter        int       // the PID of its new parent
	Signals        []Sent    // to it, which only the record of a lesson has

	Parent *Life   // the process that started it; nil for the parent of the run and for a stranger
	Member *Member // of the family; nil for the parent of the run

	ExitCode *int
	Signal   string
	Error    string // why it was abandoned
	Lost     string // why nobody saw its end, when it was lost with its task or node
	Bytes    int64
	User     float64 // seconds of CPU
	System   float64 // seconds of CPU
	MaxRSS   int64   // bytes; 0 when it is not known
	Failed   int     // of its items
	Retried  int     // attempts that are followed by another

	Stdout, Stderr string // the last lines of a failed command, if they are among the first of Timeline.Outputs

	fileSince time.Time // the start of its current item
	left      bool      // it has left its slot
}

// Sent is a signal that was sent to a process.
type Sent struct {
	At     time.Time
	Signal string
	From   int // the PID of the sender
}

// Moved is how many bytes all children together have moved up to a time, copied and read back.
type Moved struct {
	At    time.Time
	Bytes int64
}

// movedEvery is the shortest time between two Moved.
const movedEvery = 20 * time.Millisecond

// Phase is what a process does for a while.
type Phase struct {
	Kind     string // one of those below, or a phase of Progress
	From, To time.Time
	File     string
}

// Kinds of Phase, beside the phases of Progress.
const (
	Starting = "start" // fork and exec
	Task     = "task"  // the whole life of a task, whose children do the work
	Running  = "running"
	Silent   = "silent"
	Stopped  = "stopped"
	Stalled  = "stalled"
	Zombie   = "zombie"
	Lost     = "lost" // a moment; nobody saw the end
)

// End returns when the process was reaped or ended, or at when it has not.
func (l *Life) End(at time.Time) time.Time {
	switch {
	case !l.Reaped.IsZero():
		return l.Reaped
	case !l.Ended.IsZero():
		return l.Ended
	}
	return at
}

// Spans returns the whole life in phases, with its start and its time as a zombie. A phase without an end in the
// record lasts until end.
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

// Run returns the state of the run at its end, or at the end of the record.
func (t *Timeline) Run() *Totals { return &t.standing.Totals }

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
			t.wrote(l, e)
		}
	}
	t.settle(e)
}

// sample keeps how many bytes have moved by then.
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
	l := &Life{Name: e.Name, PID: e.PID, PPID: e.PPID, Node: e.Node, Task: e.Task, File: e.File, Items: e.Items,
		Started: e.Time, fileSince: e.Time}
	l.Asked = e.Time.Add(-time.Duration(e.Duration * float64(time.Second)))
	l.Parent, l.Member = t.latest[e.Parent()], t.Family.Of(e.Process())
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
		e.Time = e.Time.Add(-time.Duration(e.Duration * float64(time.Second))) // the start of the silence
		l.turnTo(kind, e)
	case event.Stalled:
		l.turnTo(Stalled, e)
	case event.Signalled:
		l.Signals = append(l.Signals, Sent{e.Time, e.Signal, e.Sender})
	case event.Adopted:
		l.Adopted, l.Adopter = e.Time, e.PPID
	case event.Executed:
		l.Name = e.Name
	case event.Stopped:
		l.turnTo(Stopped, e)
	case event.Continued:
		l.turnTo(Running, e)
	case event.Zombie:
		l.end(e.Time)
		if e.ExitCode != nil { // only a trace knows it before the process is reaped
			l.ExitCode, l.Signal = e.ExitCode, e.Signal
		}
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

// end sets the end of the life, once. Another machine whose clock is behind may report it, so it is never before the
// start.
func (l *Life) end(at time.Time) {
	if l.Ended.IsZero() {
		if at.Before(l.Started) {
			at = l.Started
		}
		l.Ended = at
		l.closePhase(at)
	}
}

// turnTo begins another phase, unless the current one is the same.
func (l *Life) turnTo(kind string, e event.Event) {
	n := len(l.Phases)
	if n > 0 && l.Phases[n-1].Kind == kind && l.Phases[n-1].File == e.File && l.Phases[n-1].To.IsZero() {
		return
	}
	l.closePhase(e.Time)
	l.Phases = append(l.Phases, Phase{Kind: kind, From: e.Time, File: e.File})
}

// closePhase ends the last phase. A phase that began after at becomes empty.
func (l *Life) closePhase(at time.Time) {
	n := len(l.Phases)
	if n == 0 || !l.Phases[n-1].To.IsZero() {
		return
	}
	if l.Phases[n-1].To = at; at.Before(l.Phases[n-1].From) {
		l.Phases[n-1].To = l.Phases[n-1].From
	}
}

// End returns the time of the last thing that happened in the record.
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
