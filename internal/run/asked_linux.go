package run

import (
	"os"
	"syscall"
)

// asking are the signals that ask for the progress.
var asking = []os.Signal{syscall.SIGUSR1}
