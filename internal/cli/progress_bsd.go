//go:build darwin || freebsd

package cli

import (
	"os"
	"syscall"
)

// asking are the signals that ask where a run stands; Ctrl-T is SIGINFO.
var asking = []os.Signal{syscall.SIGUSR1, syscall.SIGINFO}
