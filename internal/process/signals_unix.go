//go:build unix

package process

import (
	"os"
	"os/signal"
	"syscall"
	"time"
)

// ignoreSignals ignores SIGPIPE, so that a child which reports to a parent that is gone does not end. It
// ignores SIGTTOU, so that a child in a group of its own may write to a terminal with "stty tostop".
func ignoreSignals() { signal.Ignore(syscall.SIGPIPE, syscall.SIGTTOU) }

// quietSignals gives a child the reactions of a Python process where those of Go's runtime differ.
func quietSignals() {
	// For these the runtime prints all goroutines and exits with 2, but the parent must see the signal. A fault
	// of the program itself is a panic still: only signals from outside arrive here (os/signal, "Types of
	// signals").
	faults := make(chan os.Signal, 1)
	signal.Notify(faults, syscall.SIGSEGV, syscall.SIGBUS, syscall.SIGFPE, syscall.SIGILL,
		syscall.SIGABRT, syscall.SIGQUIT, syscall.SIGTRAP, syscall.SIGSYS,
		syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGALRM,
		syscall.SIGXCPU) // the runtime does not heed this one at all
	go func() { dieBy((<-faults).(syscall.Signal)) }()
}

// notifyTerminate sends the signals that ask this process to end to a channel.
func notifyTerminate(to chan<- os.Signal) {
	signal.Reset(syscall.SIGXCPU) // quietSignals may have it; the kernel repeats it each second
	signal.Notify(to, syscall.SIGTERM, syscall.SIGXCPU)
}

// dieBy ends this process by the signal, so that its parent sees -sig.
func dieBy(sig syscall.Signal) {
	signal.Reset(sig)
	defaultAction(sig)
	_ = syscall.Kill(os.Getpid(), sig)
	time.Sleep(time.Second) // another thread may get it, or it is blocked
	os.Exit(128 + int(sig))
}

// outliveHangup has this child survive its parent's end while it is stopped. The kernel then sends it SIGHUP
// and SIGCONT ("orphaned process group", setpgid(2)). Any other SIGHUP ends it. The signal is not ignored,
// since a program that the child starts would inherit that.
func outliveHangup(parent int) {
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	go func() { // as long as this process lives
		for range hangups {
			if os.Getppid() == parent { // with another parent already, this SIGHUP is for the orphaned group
				dieBy(syscall.SIGHUP)
			}
		}
	}()
}

// ignoreHangup ignores SIGHUP until outliveHangup is called. A handler would cost threads.
func ignoreHangup() { signal.Ignore(syscall.SIGHUP) }

func ignoresHangup() bool { return signal.Ignored(syscall.SIGHUP) }

// holdLifeline keeps the lifeline for Sentinel. Where no PDEATHSIG does it, it has a daemon end with its
// parent.
func holdLifeline(lifeline *os.File) {
	if self.parent != nil {
		self.parent.lifeline = lifeline
	}
	if self.daemon && !killedWithParent {
		go func() {
			<-self.parent.Sentinel()
			_ = syscall.Kill(0, syscall.SIGKILL) // the whole group, with this process
		}()
	}
}
