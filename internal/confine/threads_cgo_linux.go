//go:build cgo

package confine

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// addThreads lets the list of this process's threads be read: where there are C's
// threads beside Go's, psx looks there, after the call on all of them, whether it
// has missed one. The descriptor stays open for good: procfs makes a new inode, which
// the rule is not for, once the kernel has dropped its cached name for the folder.
func (r ruleset) addThreads() error {
	fd, err := unix.Open(fmt.Sprintf("/proc/%d/task", os.Getpid()), unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return os.NewSyscallError("open", err)
	}
	return r.allow(fd, list)
}
