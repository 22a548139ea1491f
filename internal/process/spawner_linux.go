package process

import (
	"os"
	"os/exec"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// spawner starts children from one thread that lives as long as the family, for
// what belongs to the thread that started a child: PDEATHSIG, which kills the
// child when just that thread ends (golang/go#27505), and the priority that it has
// from it.
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

// onThread calls f on a thread that ends with it. It is not the first one, whose
// priority is shown as that of the process.
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
	<-elsewhere // until then this thread is taken
	runtime.UnlockOSThread()
}

// start starts a child, and a daemon so that the kernel kills it when this process is gone.
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

// stop ends the thread; no daemon may be alive then but an abandoned one.
func (s *spawner) stop() {
	close(s.work)
	<-s.done
}
