package process

import (
	"io"
	"os"
	"sync"
	"time"
)

// ParentProcess is the process that started this one, as Python's parent_process.
type ParentProcess struct {
	Name string
	PID  int // as it was at the start; os.Getppid tells who adopted this process since

	lifeline *os.File // nil in a child that was started by hand
	once     sync.Once
	gone     chan struct{}
}

// Parent is this process's parent in the model, nil in a main process.
func Parent() *ParentProcess { return self.parent }

// Sentinel closes when the parent is gone, however it ended. It stays open in a
// child that was started by hand.
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

// JoinTimeout waits for the parent's end, for d at most, and tells whether it came.
func (p *ParentProcess) JoinTimeout(d time.Duration) (ended bool) {
	select {
	case <-p.Sentinel():
		return true
	case <-time.After(max(d, 0)):
	}
	select {
	case <-p.Sentinel(): // both were ready, perhaps
		return true
	default:
		return false
	}
}
