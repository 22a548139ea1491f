//go:build cgo

package confine

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// addThreads lets the list of this process's threads be read, until done is called:
// where there are C's threads beside Go's, psx looks there, after the call on all of
// them, whether it has missed one. Until then the descriptor has to be open: procfs makes
// a new inode, which the rule is not for, once the kernel has dropped its cached name for
// the folder.
func (r ruleset) addThreads() (done func(), err error) {
	fd, err := unix.Open(fmt.Sprintf("/proc/%d/task", os.Getpid()), unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("open", err)
	}
	done = func() { unix.Close(fd) }
	if err := r.allow(fd, list); err != nil {
		done()
		return nil, err
	}
	return done, nil
}
