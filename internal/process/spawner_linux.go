package process

import (
	"os/exec"
	"runtime"
	"syscall"
)

// spawner starts the daemon children from one thread that lives as long as the
// family: PDEATHSIG belongs to the thread that started the child, and kills the
// child when just that thread ends (golang/go#27505).
type spawner struct {
	work chan func()
	done chan struct{}
}

func newSpawner() *spawner {
	s := &spawner{work: make(chan func()), done: make(chan struct{})}
	go func() {
		defer close(s.done)
		runtime.LockOSThread() // never unlocked: the thread ends with this goroutine
		for f := range s.work {
			f()
		}
	}()
	return s
}

// start starts a child that the kernel kills when this process is gone.
func (s *spawner) start(cmd *exec.Cmd) (err error) {
	cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL
	started := make(chan struct{})
	s.work <- func() {
		err = cmd.Start()
		close(started)
	}
	<-started
	return err
}

// stop ends the thread; no daemon may be alive then but an abandoned one.
func (s *spawner) stop() {
	if s == nil {
		return
	}
	close(s.work)
	<-s.done
}
