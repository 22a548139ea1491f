package process

import (
	"os"
	"syscall"
)

const terminateSignal = syscall.SIGKILL

// Windows knows no death by signal.
func endedBy(*os.ProcessState) (syscall.Signal, bool) { return 0, false }

func signalName(syscall.Signal) string { return "" }

func maxRSS(*os.ProcessState) int64 { return 0 }
