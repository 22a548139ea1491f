//go:build unix

package process

import (
	"os"
	"os/signal"
	"syscall"
	"time"
)

// ignoreSignals: a parent that is gone must not end a child that reports to it; and a
// child in a group of its own may write to a terminal with "stty tostop".
func ignoreSignals() { signal.Ignore(syscall.SIGPIPE, syscall.SIGTTOU) }

// quietSignals gives a child the reactions of a Python process where those of
// Go's runtime differ.
func quietSignals() {
	// For these the runtime prints all goroutines and exits with 2; the parent is to
	// see the signal. A fault of the program's own still is a panic: only signals from
	// outside arrive here (os/signal, "Types of signals").
	faults := make(chan os.Signal, 1)
	signal.Notify(faults, syscall.SIGSEGV, syscall.SIGBUS, syscall.SIGFPE, syscall.SIGILL,
		syscall.SIGABRT, syscall.SIGQUIT, syscall.SIGTRAP, syscall.SIGSYS,
		syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGALRM,
		syscall.SIGXCPU) // which the runtime does not heed at all
	go func() { dieBy((<-faults).(syscall.Signal)) }()
}

// notifyTerminate has the signals that ask this process to end sent there instead.
func notifyTerminate(to chan<- os.Signal) {
	signal.Reset(syscall.SIGXCPU) // from the faults; the kernel repeats it each second
	signal.Notify(to, syscall.SIGTERM, syscall.SIGXCPU)
}

// dieBy ends this process by the signal, so that its parent sees -sig.
func dieBy(sig syscall.Signal) {
	signal.Reset(sig)
	defaultAction(sig)
	_ = syscall.Kill(os.Getpid(), sig)
	time.Sleep(time.Second) // it is on its way to another thread, or blocked
	os.Exit(128 + int(sig))
}

// outliveHangup has this child survive its parent's end while it is stopped. The kernel
// sends it SIGHUP and SIGCONT then ("orphaned process group", setpgid(2)). Any other SIGHUP
// ends it. The signal is not ignored: a program that the child starts would inherit that.
func outliveHangup(parent int) {
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	go func() { // as long as this process lives
		for range hangups {
			if os.Getppid() == parent { // else it has another one: that comes first
				dieBy(syscall.SIGHUP)
			}
		}
	}()
}

// ignoreHangup does without a handler, which costs threads, until outliveHangup is called.
func ignoreHangup() { signal.Ignore(syscall.SIGHUP) }

func ignoresHangup() bool { return signal.Ignored(syscall.SIGHUP) }

// holdLifeline notes that the parent is there, and has a daemon end with it.
func holdLifeline(lifeline *os.File) {
	if self.parent != nil {
		self.parent.lifeline = lifeline
	}
	if self.daemon && !killedWithParent {
		go func() {
			<-self.parent.Sentinel()
			_ = syscall.Kill(0, syscall.SIGKILL) // the whole group, this process among it
		}()
	}
}
