package status

import (
	"fmt"
	"time"

	"brood/internal/event"
)

// Family is the processes of a run and what became of them: who started whom,
// who was sent what, who adopted whom, who reaped whom. Apply is to be called with each event in
// its order; the zero value is the state before the first.
type Family struct {
	Members []*Member // in the order in which they were started
	latest  map[event.Process]*Member
}

// Member is one process.
type Member struct {
	Letter  string // A, B, C … in the order of start: the same on each machine, as PIDs are not
	Name    string
	PID     int
	Node    string   // of a cluster, on which it is
	Task    string   // the cluster's ID of the task that it is
	Starter int      // the PID of the process that started it
	Parent  int      // of its parent now, or at its end
	Command []string // its command line
	Started time.Time
	Ended   time.Time // zero while it runs
	Reaped  time.Time // zero while it runs, and of a zombie
	Reaper  int       // the PID of who reaped it, 0 when nobody of the family did

	ExitCode *int // nil until it is reaped, and of one that was lost
	Signal   string
	Lost     string // why nobody has seen its end: it went with its task or node
	History  []Deed // all that happened to it

	starter *Member // when it was known at the start
}

// Deed is what an event tells of a member, which is a tenth of the event.
type Deed struct {
	Kind     event.Kind
	By       event.Process // who did it, as in ppid
	Signal   string
	ExitCode *int
	Reason   string
}

func deedOf(e event.Event) Deed { return Deed{e.Kind, e.Parent(), e.Signal, e.ExitCode, e.Reason} }

// Apply folds one event in.
func (f *Family) Apply(e event.Event) {
	if e.Kind == event.Started {
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
	case event.Exited:
		if m.Ended.IsZero() {
			m.Ended = e.Time
		}
		if lost(e) {
			m.Lost = e.Reason
		} else {
			m.Reaped, m.Reaper, m.ExitCode, m.Signal = e.Time, e.PPID, e.ExitCode, e.Signal
		}
	case event.Signalled:
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

// lost tells of an end that nobody has seen.
func lost(e event.Event) bool { return e.ExitCode == nil && e.Error == "" && e.Reason != "" }

// Of is that member, the latest of those with its PID; nil for a stranger.
func (f *Family) Of(p event.Process) *Member { return f.latest[p] }

// Named is the first member of that name; nil when there is none.
func (f *Family) Named(name string) *Member {
	for _, m := range f.Members {
		if m.Name == name {
			return m
		}
	}
	return nil
}

// StarterOf is the member that has started this one, and not another that had its PID before
// or later: a tree of these might have no end. It is nil where a stranger did.
func (f *Family) StarterOf(m *Member) *Member {
	if m.starter != nil {
		return m.starter
	}
	return f.latest[event.Event{Node: m.Node, Task: m.Task, PPID: m.Starter}.Parent()]
}

// Trees are the children of each member, in the order of their start; below nil are those
// whom a stranger has started. Where PIDs that were used again make members each other's
// starters, one of them is below nil instead, so that all are below it.
func (f *Family) Trees() map[*Member][]*Member {
	walk := make(map[*Member]int, len(f.Members)) // to its starters, in which it was met
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

// Children are the members that this one has started, in their order.
func (f *Family) Children(of *Member) (children []*Member) {
	for _, m := range f.Members {
		if f.StarterOf(m) == of {
			children = append(children, m)
		}
	}
	return children
}

// letter is A to Z, then A2, B2 …
func letter(n int) string {
	l := string(rune('A' + n%26))
	if n >= 26 {
		l += fmt.Sprint(n/26 + 1)
	}
	return l
}
