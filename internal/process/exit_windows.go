package process

import (
	"os"
	"syscall"
)

const terminateSignal = syscall.SIGKILL

// endedBy is false: on Windows no signal ends a process.
func endedBy(*os.ProcessState) (syscall.Signal, bool) { return 0, false }

func signalName(syscall.Signal) string { return "" }

func maxRSS(*os.ProcessState) int64 { return 0 }
