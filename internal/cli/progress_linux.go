package cli

import (
	"os"
	"syscall"
)

// asking are the signals that ask where a run stands.
var asking = []os.Signal{syscall.SIGUSR1}
