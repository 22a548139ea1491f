package process

import (
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// family is what a process knows of itself and its children. There is one in
// an OS process, as Python has one _current_process and one _children.
type family struct {
	name     string
	identity string // "" in the main process, else "3:1"
	pid      int
	daemon   bool
	parent   *ParentProcess // nil in the main process
	entered  atomic.Bool    // Main was called: a child of this program will be one

	starting sync.RWMutex // held for reading by Start, so that release takes nothing from under it; before all other locks

	mu       sync.Mutex
	count    int        // of the processes made by New
	children []*Process // started and not reaped, oldest first
	ended    []*Process // ended and not reaped
	lifeline *lifeline  // nil before the first Start
	watcher  *watcher   // nil before the first Start
	receiver *watcher   // nil before the first with Config.Receive
	spawners map[priority]*spawner
	cgroups  *cgroups // nil before the first Start of a daemon, or with a limit of memory

	guardians *guardians // nil before the first daemon's Start

	suspension   func() // ends passSuspension; nil before the first Start
	notSuspended func(why string)
	observer     func(Change)
}

var self = family{name: MainProcess, pid: os.Getpid()}

// CurrentProcess says who this process is.
type CurrentProcess struct {
	Name   string // "MainProcess" in a process that no brood parent started
	PID    int
	Daemon bool
}

// Current is Python's current_process.
func Current() CurrentProcess {
	return CurrentProcess{Name: self.name, PID: self.pid, Daemon: self.daemon}
}

// ActiveChildren are the children that are started and have not ended, oldest
// first; those that have ended are reaped, as in Python.
func ActiveChildren() []*Process {
	reapEnded()
	self.mu.Lock()
	defer self.mu.Unlock()
	return slices.Clone(self.children)
}

// add puts p on the list of active children.
func (f *family) add(p *Process) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.children = append(f.children, p)
}

// reapEnded reaps the children that have ended so far.
func reapEnded() {
	self.mu.Lock()
	ended := self.ended
	self.ended = nil
	self.mu.Unlock()
	for _, p := range ended {
		p.reap()
	}
}

// forget takes p off the list of active children.
func forget(p *Process) {
	self.mu.Lock()
	defer self.mu.Unlock()
	same := func(q *Process) bool { return q == p }
	self.children = slices.DeleteFunc(self.children, same)
	self.ended = slices.DeleteFunc(self.ended, same)
}

// killGrace is how long a killed child may take to end before it is abandoned.
// Killing takes microseconds unless the child sits in state D, which has no end of its own.
const killGrace = 5 * time.Second

// Finish ends this process's part in the model, as Python's exit does, but with
// escalation: daemons are terminated, after grace killed, and joined (or
// abandoned, where the kernel cannot kill them); then the others are joined,
// however long they take, also children that start meanwhile. At its end no child
// is left but an abandoned one. A program calls it once, before it exits.
func Finish(grace time.Duration) {
	for {
		endAll(daemonsOf(ActiveChildren()), grace)
		for _, p := range ActiveChildren() {
			_ = p.Join() // it cannot fail but for a child that somebody else closed or abandoned
		}
		if self.release() {
			return
		}
	}
}

func daemonsOf(processes []*Process) []*Process {
	return slices.DeleteFunc(processes, func(p *Process) bool { return !p.Daemon() })
}

// endAll terminates the processes, kills after grace those that are left, and
// abandons after killGrace those that are left then.
func endAll(processes []*Process, grace time.Duration) {
	steps := []struct {
		do    func(*Process) error
		grace time.Duration
	}{{(*Process).Terminate, grace}, {(*Process).Kill, killGrace}, {(*Process).Abandon, 0}}
	for _, step := range steps {
		for _, p := range processes {
			_ = step.do(p) // one that has ended meanwhile is what we want
		}
		deadline := time.Now().Add(step.grace)
		processes = slices.DeleteFunc(processes, func(p *Process) bool {
			ended, err := p.JoinTimeout(time.Until(deadline))
			return ended || err != nil
		})
	}
}

// release gives back what the family held for its children, unless there are some. The
// parts are stopped without the lock: their goroutines take it.
func (f *family) release() bool {
	f.starting.Lock()
	f.mu.Lock()
	if len(f.children) > 0 {
		f.mu.Unlock()
		f.starting.Unlock()
		return false
	}
	guardians, spawners, lifeline, suspension, cgroups := f.guardians, f.spawners, f.lifeline, f.suspension, f.cgroups
	watchers := []*watcher{f.watcher, f.receiver}
	f.guardians, f.spawners, f.watcher, f.receiver, f.lifeline, f.suspension, f.cgroups = nil, nil, nil, nil, nil, nil, nil
	f.mu.Unlock()
	f.starting.Unlock()
	if suspension != nil {
		suspension()
	}
	guardians.retire()
	lifeline.close() // which ends the guardians
	guardians.dismiss()
	for _, s := range spawners {
		s.stop()
	}
	for _, w := range watchers {
		w.stop()
	}
	cgroups.close() // the guardians were in one
	return true
}
