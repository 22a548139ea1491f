//go:build cgo

package confine

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// addThreads allows reading the list of this process's threads, until done is called. With C
// threads beside Go's, psx reads that list after a call on all threads, to see whether it
// missed one. The descriptor must stay open until then. Otherwise the kernel may drop its
// cached name for the folder, and procfs then makes a new inode that has no rule.
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
