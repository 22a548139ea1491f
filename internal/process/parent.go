package process

import (
	"io"
	"os"
	"sync"
	"time"
)

// ParentProcess is the process that started this one, as Python's parent_process returns it.
type ParentProcess struct {
	Name string
	PID  int // at the start; os.Getppid is the PID of the process that has adopted this one since

	lifeline *os.File // nil in a child that was started by hand
	once     sync.Once
	gone     chan struct{}
}

// Parent returns this process's parent in the model; nil in a main process.
func Parent() *ParentProcess { return self.parent }

// Sentinel returns a channel that closes when the parent is gone, however it ended. In a child that was started
// by hand it stays open.
func (p *ParentProcess) Sentinel() <-chan struct{} {
	p.once.Do(func() {
		p.gone = make(chan struct{})
		if p.lifeline == nil {
			return
		}
		go func() { // as long as this process, or its parent, lives
			_, _ = io.Copy(io.Discard, p.lifeline)
			close(p.gone)
		}()
	})
	return p.gone
}

// IsAlive tells whether the parent has not ended.
func (p *ParentProcess) IsAlive() bool { return !p.JoinTimeout(0) }

// JoinTimeout waits for the parent's end, for d at most, and tells whether the parent has ended.
func (p *ParentProcess) JoinTimeout(d time.Duration) (ended bool) {
	select {
	case <-p.Sentinel():
		return true
	case <-time.After(max(d, 0)):
	}
	select {
	case <-p.Sentinel(): // select chooses at random if both are ready
		return true
	default:
		return false
	}
}
