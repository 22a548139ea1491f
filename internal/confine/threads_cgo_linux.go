//go:build cgo

package confine

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// addThreads lets the list of this process's threads be read: where there are C's
// threads beside Go's, psx looks there, after the call on all of them, whether it
// has missed one.
func (r ruleset) addThreads() error {
	fd, err := unix.Open(fmt.Sprintf("/proc/%d/task", os.Getpid()), unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return os.NewSyscallError("open", err)
	}
	defer unix.Close(fd)
	return r.allow(fd, list)
}
