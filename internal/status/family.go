package status

import (
	"fmt"
	"slices"
	"time"

	"brood/internal/event"
)

// Family has the processes of a run and their history: who started, signalled, adopted and reaped whom.
type Family struct {
	Members []*Member // in the order of their start
	Traced  bool      // they are the processes of a traced program
	Pipes   []*Pipe   // of a traced program, if its record has them, in the order of their numbers
	Tracer  int       // the PID of brood that traces them, the parent of the first
	latest  map[event.Process]*Member
}

// Member is a process of the family.
type Member struct {
	Letter  string // A, B, C … in the order of start; unlike a PID it is the same on each machine
	Name    string
	PID     int
	Node    string   // of a cluster
	Task    string   // the cluster's ID of the task that it is, or ""
	Starter int      // the PID of the process that started it
	Parent  int      // the PID of its parent now, or at its end
	Command []string // its command line
	Started time.Time
	Ended   time.Time // zero while it runs
	Reaped  time.Time // zero while it runs or is a zombie
	Stopped bool      // by a signal, now; only a trace tells
	Reaper  int       // the PID of the process that reaped it; 0 when that is not in the family

	ExitCode *int // nil until it is reaped, and when it was lost; of a traced program nil until it has ended
	Signal   string
	Lost     string // why nobody saw its end, when it was lost with its task or node
	History  []Deed // in order

	starter *Member // nil when it was not known at the start
}

// Zombie tells whether the member was seen as a zombie.
func (m *Member) Zombie() bool {
	return slices.ContainsFunc(m.History, func(d Deed) bool { return d.Kind == event.Zombie })
}

// Deed is the part of an event that concerns a member. It takes a tenth of the memory of the event.
type Deed struct {
	Kind     event.Kind
	By       event.Process // the process that did it: the parent, or the sender of a signal
	Signal   string
	ExitCode *int
	Reason   string
	Program  string // that is executed
	Group    int    // the process group
	At       time.Time
}

func deedOf(e event.Event) Deed {
	by := e.Parent()
	if e.Kind == event.Signalled {
		by = event.Process{Node: e.Node, PID: e.Sender}
	}
	d := Deed{Kind: e.Kind, By: by, Signal: e.Signal, ExitCode: e.ExitCode, Reason: e.Reason, Group: e.Group, At: e.Time}
	if e.Kind == event.Executed {
		d.Program = e.Name
	}
	return d
}

// Apply folds one event in.
func (f *Family) Apply(e event.Event) {
	switch e.Kind {
	case event.Begun:
		if f.Traced = e.Version == event.TraceVersion; f.Traced {
			f.Tracer = e.PID
		}
	case event.Started:
		f.join(e)
		return
	}
	m := f.latest[e.Process()]
	if m == nil {
		return
	}
	switch e.Kind {
	case event.Adopted:
		m.Parent = e.PPID
	case event.Zombie:
		m.Ended = e.Time
		if e.ExitCode != nil {
			m.ExitCode, m.Signal = e.ExitCode, e.Signal
		}
	case event.Exited:
		if m.Ended.IsZero() {
			m.Ended = e.Time
		}
		if lost(e) {
			m.Lost = e.Reason
		} else {
			m.Reaped, m.Reaper, m.ExitCode, m.Signal = e.Time, e.PPID, e.ExitCode, e.Signal
		}
	case event.Piped:
		f.hold(m, e.Pipes)
		return
	case event.Executed:
		m.Name, m.Command = e.Name, e.Command
	case event.Stopped, event.Continued:
		m.Stopped = e.Kind == event.Stopped
	case event.Signalled, event.Session, event.Grouped, event.Subreaper:
	default:
		return
	}
	m.History = append(m.History, deedOf(e))
}

func (f *Family) join(e event.Event) {
	if f.latest == nil {
		f.latest = map[event.Process]*Member{}
	}
	m := &Member{Letter: letter(len(f.Members)), Name: e.Name, PID: e.PID, Node: e.Node, Task: e.Task,
		Command: e.Command, Starter: e.PPID, Parent: e.PPID, Started: e.Time}
	m.History, m.starter = []Deed{deedOf(e)}, f.latest[e.Parent()]
	f.Members = append(f.Members, m)
	f.latest[e.Process()] = m
}

// lost reports whether the event is an end that nobody saw.
func lost(e event.Event) bool { return e.ExitCode == nil && e.Error == "" && e.Reason != "" }

// Of returns the latest member with that PID on that node, or nil.
func (f *Family) Of(p event.Process) *Member { return f.latest[p] }

// Named returns the first member of that name, or nil.
func (f *Family) Named(name string) *Member {
	for _, m := range f.Members {
		if m.Name == name {
			return m
		}
	}
	return nil
}

// StarterOf returns the member that started this one, or nil when a stranger did. It is never another member that had
// the PID of the starter before or later, because then a tree might have no end.
func (f *Family) StarterOf(m *Member) *Member {
	if m.starter != nil {
		return m.starter
	}
	return f.latest[event.Event{Node: m.Node, Task: m.Task, PPID: m.Starter}.Parent()]
}

// Trees returns the children of each member, in the order of their start. The children of nil were started by a
// stranger. When reused PIDs make members each other's starters, one of them is a child of nil instead, so every
// member is in the tree below nil.
func (f *Family) Trees() map[*Member][]*Member {
	walk := make(map[*Member]int, len(f.Members)) // the number of the walk up to the starters that met the member
	tops := map[*Member]bool{}
	for n, m := range f.Members {
		for m != nil && walk[m] == 0 {
			walk[m] = n + 1
			m = f.StarterOf(m)
		}
		if m != nil && walk[m] == n+1 {
			tops[m] = true
		}
	}
	below := map[*Member][]*Member{}
	for _, m := range f.Members {
		starter := f.StarterOf(m)
		if tops[m] {
			starter = nil
		}
		below[starter] = append(below[starter], m)
	}
	return below
}

// Children returns the members that this one started, in the order of their start.
func (f *Family) Children(of *Member) (children []*Member) {
	for _, m := range f.Members {
		if f.StarterOf(m) == of {
			children = append(children, m)
		}
	}
	return children
}

// letter returns A to Z, then A2, B2 …
func letter(n int) string {
	l := string(rune('A' + n%26))
	if n >= 26 {
		l += fmt.Sprint(n/26 + 1)
	}
	return l
}
