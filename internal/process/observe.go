package process

import "time"

// Change is one step in the life of a child of this process.
type Change struct {
	Time time.Time // for Started and Signalled the moment just before, so that all effects are later
	What What
	Name string
	PID  int

	Command []string // for Started: the child's command line
	Signal  string   // for Signalled: the signal's name
	Exit    Exit     // for Reaped
}

// What is a kind of Change.
type What string

const (
	Started   What = "started"
	Signalled What = "signalled" // by Terminate, Kill or Signal
	Ended     What = "ended"     // it is a zombie now
	Reaped    What = "reaped"
	Abandoned What = "abandoned"
)

// Observe has f called for each change from now on; nil ends that. The changes of one child come in their
// order, those of different children from several goroutines. f must not call methods of the child.
func Observe(f func(Change)) {
	self.mu.Lock()
	defer self.mu.Unlock()
	self.observer = f
}

func (p *Process) changed(c Change) {
	self.mu.Lock()
	observe := self.observer
	self.mu.Unlock()
	if observe != nil {
		if c.Time.IsZero() {
			c.Time = time.Now()
		}
		c.Name, c.PID = p.name, p.pid
		observe(c)
	}
}
