//go:build unix

package process

import (
	"os"
	"os/signal"
	"syscall"
	"time"
)

// A suspension passes Ctrl-Z (SIGTSTP) on to the children, and stops this process:
//
//	SIGTSTP ─▶ SIGTSTP to the children ─▶ SIGTSTP to itself, by default ─▶ (stopped) ─▶ SIGCONT to the children
//
// Linux refuses a stop that nobody could end. PID 1 of a PID namespace hears no such signal from within, and an
// orphaned process group has no shell. The children go on at once then. (SIGSTOP would stop an orphaned group
// for ever, and PID 1 would wait for a SIGCONT that never comes.)
type suspension struct {
	stops, goOn chan os.Signal
	quit, ended chan struct{}
}

// noticeAtMost is the longest time that a sent SIGCONT takes to arrive.
const noticeAtMost = time.Second

// passSuspension has Ctrl-Z stop the children, too, while this process has children. They pass it on to theirs.
// A process that ignores SIGTSTP goes on ignoring it.
func passSuspension() (stop func()) {
	if signal.Ignored(syscall.SIGTSTP) {
		return func() {}
	}
	s := &suspension{make(chan os.Signal, 1), make(chan os.Signal, 1), make(chan struct{}), make(chan struct{})}
	signal.Notify(s.stops, syscall.SIGTSTP)
	signal.Notify(s.goOn, syscall.SIGCONT)
	go s.pass()
	return func() {
		close(s.quit)
		<-s.ended
	}
}

func (s *suspension) pass() {
	defer close(s.ended)
	defer signal.Stop(s.goOn)
	defer signal.Stop(s.stops)
	said := false
	for {
		select {
		case <-s.quit:
			return
		case <-s.goOn:
			drain(s.stops) // an earlier stop is void
		case <-s.stops:
			if s.suspend() || said {
				continue
			}
			notSuspended(whyNot())
			said = true
		}
	}
}

// suspend stops the active children and this process, and returns when all go on. It tells whether a SIGCONT
// has ended the stop.
func (s *suspension) suspend() (continued bool) {
	children := ActiveChildren()
	signalGroups(children, syscall.SIGTSTP)
	wentOn := drain(s.goOn) // already: a stop now would come after it
	if !wentOn {
		drain(s.stops)
		stopSelf()
	}
	signalGroups(children, syscall.SIGCONT)
	if wentOn {
		return true
	}
	select {
	case <-s.goOn:
		return true
	case <-time.After(noticeAtMost):
	case <-s.quit:
	}
	return drain(s.goOn)
}

// drain takes a waiting signal from the channel, and tells whether there was one.
func drain(signals <-chan os.Signal) bool {
	select {
	case <-signals:
		return true
	default:
		return false
	}
}

func whyNot() string {
	if os.Getpid() == 1 {
		return "PID 1 cannot be stopped from within its container"
	}
	return "nobody could continue this process: its process group is orphaned"
}

// signalGroups signals the process group of each child that is not reaped yet.
func signalGroups(children []*Process, sig syscall.Signal) {
	for _, p := range children {
		_ = Inspect(p, func(pid int) error { return syscall.Kill(-pid, sig) })
	}
}
