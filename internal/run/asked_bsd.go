//go:build darwin || freebsd

package run

import (
	"os"
	"syscall"
)

// asking are the signals that ask for the progress; Ctrl-T is SIGINFO.
var asking = []os.Signal{syscall.SIGUSR1, syscall.SIGINFO}
