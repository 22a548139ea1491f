//go:build unix && !linux

package process

import (
	"os"
	"syscall"
	"time"
)

// stopSelf stops this process, also in an orphaned process group. Another thread may take the signal, so this
// one waits for that.
func stopSelf() {
	_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
	time.Sleep(100 * time.Millisecond)
}
