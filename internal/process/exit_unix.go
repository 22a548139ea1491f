//go:build unix

package process

import (
	"os"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

const terminateSignal = syscall.SIGTERM

func endedBy(state *os.ProcessState) (syscall.Signal, bool) {
	status, ok := state.Sys().(syscall.WaitStatus)
	if !ok || !status.Signaled() {
		return 0, false
	}
	return status.Signal(), true
}

func signalName(sig syscall.Signal) string { return unix.SignalName(sig) }

// maxRSS converts ru_maxrss, which is in KiB on all systems but Darwin (getrusage(2)), to bytes.
func maxRSS(state *os.ProcessState) int64 {
	usage, ok := state.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" || runtime.GOOS == "ios" {
		return int64(usage.Maxrss)
	}
	return int64(usage.Maxrss) << 10
}
