package process

import (
	"os"
	"os/exec"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// spawner starts children from one thread that lives as long as the family. Two things depend on the thread
// that starts a child: PDEATHSIG, which kills the child when that thread ends (golang/go#27505), and the
// priority, which the child inherits.
type spawner struct {
	work chan func()
	done chan struct{}
}

func newSpawner(p priority) (*spawner, error) {
	s := &spawner{work: make(chan func()), done: make(chan struct{})}
	ready := make(chan error)
	go onThread(func() {
		defer close(s.done)
		err := p.take()
		ready <- err
		if err != nil {
			return
		}
		for f := range s.work {
			f()
		}
	})
	if err := <-ready; err != nil {
		<-s.done
		return nil, err
	}
	return s, nil
}

// onThread calls f on a thread that ends with f. That is never the first thread, whose priority is shown as the
// process's.
func onThread(f func()) {
	runtime.LockOSThread() // never unlocked: the thread ends with this goroutine
	if unix.Gettid() != os.Getpid() {
		f()
		return
	}
	elsewhere := make(chan struct{})
	go onThread(func() {
		close(elsewhere)
		f()
	})
	<-elsewhere // the other goroutine must not get this thread
	runtime.UnlockOSThread()
}

// starting returns the function that starts a child, from this thread without a spawner.
func (s *spawner) starting(cmd *exec.Cmd, daemon bool) func() error {
	if s == nil {
		return cmd.Start
	}
	return func() error { return s.start(cmd, daemon) }
}

// start starts a child. With daemon the kernel kills the child when this process is gone.
func (s *spawner) start(cmd *exec.Cmd, daemon bool) (err error) {
	if daemon {
		cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL
	}
	started := make(chan struct{})
	s.work <- func() {
		err = cmd.Start()
		close(started)
	}
	<-started
	return err
}

// stop ends the thread. No daemon may be alive then, except an abandoned one.
func (s *spawner) stop() {
	close(s.work)
	<-s.done
}
