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

// Of returns the bucket of the process pid, which may have made or inherited it. The caller
// needs the right to trace that process (ptrace(2), "access mode checking"). Root has it, and
// so has the process's user, unless the process has more capabilities. The error is ESRCH if
// no such process exists, and ErrNoBucket if it shares no bucket.
func Of(pid int) (*Bucket, error) {
	// While the process of this descriptor lives, no other process gets its PID.
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

// sharedBy opens the memory of the bucket by the process's descriptor.
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
			// Anything may have this name. Opening a FIFO must not wait.
			return os.OpenFile(link, os.O_RDWR|unix.O_NONBLOCK, 0)
		}
	}
	return nil, ErrNoBucket
}

// hasEnded reports whether the process of a pidfd has ended. A pidfd is readable from then on.
func hasEnded(pidfd int) bool {
	fds := []unix.PollFd{{Fd: int32(pidfd), Events: unix.POLLIN}}
	n, err := unix.Poll(fds, 0)
	for err == unix.EINTR {
		n, err = unix.Poll(fds, 0)
	}
	return err != nil || n > 0
}
