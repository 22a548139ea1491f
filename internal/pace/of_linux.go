package pace

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// Of is the bucket that the process pid shares: the one that made it, or one that
// inherited it. The kernel lets in whoever may trace that process (ptrace(2),
// "access mode checking"): its user, unless it has more capabilities, and root.
// Without such a process the error is ESRCH, and where it shares none ErrNoBucket.
func Of(pid int) (*Bucket, error) {
	// While this descriptor's process lives, its PID is not given to another.
	pidfd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return nil, err
	}
	defer unix.Close(pidfd)
	file, err := sharedBy(pid)
	switch {
	case hasEnded(pidfd):
		err = unix.ESRCH
	case err == nil && sealed(file):
		return Open(file)
	case err == nil:
		err = ErrNoBucket
	}
	if file != nil {
		file.Close()
	}
	return nil, err
}

// sharedBy opens the memory that a process has the descriptor of.
func sharedBy(pid int) (*os.File, error) {
	folder := fmt.Sprintf("/proc/%d/fd", pid)
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("/proc does not show it: %w", fs.ErrNotExist)
	}
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		link := filepath.Join(folder, entry.Name())
		target, err := os.Readlink(link)
		if err == nil && strings.HasPrefix(target, "/memfd:"+memoryName+" ") {
			// It may be whatever has that name: a FIFO would be waited for.
			return os.OpenFile(link, os.O_RDWR|unix.O_NONBLOCK, 0)
		}
	}
	return nil, ErrNoBucket
}

// hasEnded tells whether the process of a pidfd has: it can be read from then on.
func hasEnded(pidfd int) bool {
	fds := []unix.PollFd{{Fd: int32(pidfd), Events: unix.POLLIN}}
	n, err := unix.Poll(fds, 0)
	for err == unix.EINTR {
		n, err = unix.Poll(fds, 0)
	}
	return err != nil || n > 0
}
