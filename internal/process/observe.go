package process

import "time"

// Change is something that this process did to a child of its own, or noticed of one.
type Change struct {
	Time time.Time // of Started and Signalled just before: what follows from them is later
	What What
	Name string
	PID  int

	Command []string // of Started: the child's command line
	Signal  string   // of Signalled: what was sent
	Exit    Exit     // of Reaped
}

// What has changed.
type What string

const (
	Started   What = "started"
	Signalled What = "signalled" // by Terminate, Kill or Signal
	Ended     What = "ended"     // it is a zombie now
	Reaped    What = "reaped"
	Abandoned What = "abandoned"
)

// Observe has f called for each change from now on, in their order for each child
// but from several goroutines; nil ends that. f must not call methods of the child.
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
