package process

import (
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// family is a process and its children. There is one family in an OS process, as Python has one
// _current_process and one _children.
type family struct {
	name     string
	identity string // "" in the main process, else "3:1"
	pid      int
	daemon   bool
	parent   *ParentProcess // nil in the main process
	entered  atomic.Bool    // Main was called, so a child of this program becomes one

	// Start holds it for reading, so that release takes no ties away meanwhile. It comes before all other locks.
	starting sync.RWMutex

	mu           sync.Mutex
	count        int        // number of processes made by New
	children     []*Process // started and not reaped, oldest first
	ended        []*Process // ended and not reaped
	ties         ties
	notSuspended func(why string)
	observer     func(Change)
}

var self = family{name: MainProcess, pid: os.Getpid()}

// CurrentProcess describes this process.
type CurrentProcess struct {
	Name   string // "MainProcess" unless a parent of the model started this process
	PID    int
	Daemon bool
}

// Current is Python's current_process.
func Current() CurrentProcess {
	return CurrentProcess{Name: self.name, PID: self.pid, Daemon: self.daemon}
}

// ActiveChildren returns the children that are started and have not ended, oldest first. It reaps ended
// children, as in Python.
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

// reapEnded reaps the children that have ended.
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

// killGrace is the time that a killed child has to end before it is abandoned. A kill takes microseconds,
// unless the child is in state D, which nothing ends.
const killGrace = 5 * time.Second

// Finish ends this process's part in the model. It does what Python's exit does, and escalates: it terminates
// the daemons, kills them after grace, and joins them. It abandons daemons that the kernel cannot kill. Then it
// joins the other children, however long they take, also children that start meanwhile. When it returns, no
// child is left except abandoned ones. A program calls it once, before it exits.
func Finish(grace time.Duration) {
	for {
		endAll(daemonsOf(ActiveChildren()), grace)
		for _, p := range ActiveChildren() {
			_ = p.Join() // it fails only for a child that was closed or abandoned meanwhile
		}
		if self.release() {
			return
		}
	}
}

func daemonsOf(processes []*Process) []*Process {
	return slices.DeleteFunc(processes, func(p *Process) bool { return !p.Daemon() })
}

// endAll terminates the processes. After grace it kills the rest, and after killGrace it abandons the rest of
// those.
func endAll(processes []*Process, grace time.Duration) {
	steps := []struct {
		do    func(*Process) error
		grace time.Duration
	}{{(*Process).Terminate, grace}, {(*Process).Kill, killGrace}, {(*Process).Abandon, 0}}
	for _, step := range steps {
		for _, p := range processes {
			_ = step.do(p) // it may have ended meanwhile
		}
		deadline := time.Now().Add(step.grace)
		processes = slices.DeleteFunc(processes, func(p *Process) bool {
			ended, err := p.JoinTimeout(time.Until(deadline))
			return ended || err != nil
		})
	}
}

// release ends the family's ties, unless it has children.
func (f *family) release() bool {
	f.starting.Lock()
	f.mu.Lock()
	if len(f.children) > 0 {
		f.mu.Unlock()
		f.starting.Unlock()
		return false
	}
	ended := f.ties
	f.ties = ties{}
	f.mu.Unlock()
	f.starting.Unlock()
	ended.end()
	return true
}
