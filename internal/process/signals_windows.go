package process

import (
	"context"
	"os"
	"syscall"
)

func quietSignals() {}

// notifyTerminate: Windows ends a process without telling it.
func notifyTerminate() (context.Context, context.CancelFunc) {
	return context.WithCancel(context.Background())
}

func dieBy(syscall.Signal) { os.Exit(1) }

func holdLifeline(lifeline *os.File) {
	if self.parent != nil {
		self.parent.lifeline = lifeline
	}
}
