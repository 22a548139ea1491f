//go:build unix && !linux

package process

import (
	"os"
	"syscall"
)

const killedWithParent = false

// arm does nothing: here the kernel sends no SIGKILL for a file.
func arm(uintptr) {}

// defaultAction cannot set SIG_DFL for the signals that the runtime keeps. For those it exits with a shell's
// status.
func defaultAction(sig syscall.Signal) {
	switch sig {
	case syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP:
	default:
		os.Exit(128 + int(sig))
	}
}
