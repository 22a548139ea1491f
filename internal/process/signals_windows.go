package process

import (
	"os"
	"syscall"
)

func ignoreSignals() {}

func quietSignals() {}

// notifyTerminate does nothing: Windows ends a process without a signal before.
func notifyTerminate(chan<- os.Signal) {}

func dieBy(syscall.Signal) { os.Exit(1) }

func arm(uintptr) {}

func outliveHangup(int) {}

func ignoreHangup() {}

func ignoresHangup() bool { return true }

func holdLifeline(lifeline *os.File) {
	if self.parent != nil {
		self.parent.lifeline = lifeline
	}
}
