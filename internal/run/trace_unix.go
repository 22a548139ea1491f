//go:build unix

package run

import (
	"os"
	"syscall"
)

// alsoOfTerminals are signals that a terminal sends to brood and the program at once, beside SIGINT.
var alsoOfTerminals = []os.Signal{syscall.SIGQUIT, syscall.SIGTSTP}

func sendSignal(pid int, sig syscall.Signal) error { return syscall.Kill(pid, sig) }

// stopWith stops this process like the program that Ctrl-Z has stopped, so that the shell is back. The shell's fg
// continues both. A program in a group of its own is not what the shell waits for.
func stopWith(pid int) {
	group, err := syscall.Getpgid(pid)
	if err == nil && group == syscall.Getpgrp() {
		go syscall.Kill(os.Getpid(), syscall.SIGSTOP)
	}
}
