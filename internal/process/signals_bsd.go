//go:build unix && !linux

package process

import (
	"os"
	"syscall"
)

const killedWithParent = false

// arm does nothing: here no kernel sends SIGKILL for a file.
func arm(uintptr) {}

// defaultAction has no portable way to SIG_DFL for the signals that the runtime
// keeps; the status of a shell stands in for them.
func defaultAction(sig syscall.Signal) {
	switch sig {
	case syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP:
	default:
		os.Exit(128 + int(sig))
	}
}
