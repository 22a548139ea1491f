//go:build unix

package process

import (
	"os"
	"os/signal"
	"syscall"
)

// suspend stops the active children and this process, as Ctrl-Z would if they
// were one process group, and returns when this process goes on, after it has let
// the children go on, too.
func suspend() {
	// Another thread may take the SIGSTOP, and this one run on for a moment: only a
	// SIGCONT tells that the stop is over.
	goOn := make(chan os.Signal, 1)
	signal.Notify(goOn, syscall.SIGCONT)
	defer signal.Stop(goOn)
	children := ActiveChildren()
	signalGroups(children, syscall.SIGTSTP)
	_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
	<-goOn
	signalGroups(children, syscall.SIGCONT)
}

// signalGroups signals the group of each child that is not being reaped: until
// then its number is no stranger's, and meanwhile it waits for mu.
func signalGroups(children []*Process, sig syscall.Signal) {
	for _, p := range children {
		p.mu.Lock()
		if p.numbered {
			_ = syscall.Kill(-p.pid, sig)
		}
		p.mu.Unlock()
	}
}

// passSuspension has Ctrl-Z (SIGTSTP) stop the children, too, in a process that
// has children; these pass it on to theirs. A process that ignores it stays so.
func passSuspension() (stop func()) {
	if signal.Ignored(syscall.SIGTSTP) {
		return func() {}
	}
	stops := make(chan os.Signal, 1)
	signal.Notify(stops, syscall.SIGTSTP)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range stops {
			suspend()
		}
	}()
	return func() {
		signal.Stop(stops)
		close(stops)
		<-done
	}
}
