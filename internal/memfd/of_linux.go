package memfd

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// ErrNone is the error for a process that has no file of that name open.
var ErrNone = errors.New("shares no such memory")

// Found is a file that a process has open, and that process.
type Found struct {
	File *os.File // the caller closes it

	pidfd int // names this process even after another one has got its PID
}

// Of returns the file with that name which the process pid has open. The caller needs the right to trace that process
// (ptrace(2), "access mode checking"). Root has it, and so has the process's user, unless the process has more
// capabilities. The error is ESRCH if no such process exists, and ErrNone if it has no such file. Call Release.
func Of(pid int, name string) (*Found, error) {
	pidfd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return nil, err
	}
	file, err := open(pid, name)
	switch {
	case hasEnded(pidfd): // and the file may be of another process with this PID
		err = unix.ESRCH
	case err == nil && sealed(file):
		return &Found{file, pidfd}, nil
	case err == nil:
		err = ErrNone
	}
	if file != nil {
		file.Close()
	}
	unix.Close(pidfd)
	return nil, err
}

// Signal sends a signal to the process. If that has ended, the error is ESRCH, even if its PID is in use again.
func (f *Found) Signal(sig unix.Signal) error { return unix.PidfdSendSignal(f.pidfd, sig, nil, 0) }

// Release forgets the process. The file stays open.
func (f *Found) Release() { unix.Close(f.pidfd) }

// open opens the file by the process's descriptor.
func open(pid int, name string) (*os.File, error) {
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
		if err == nil && strings.HasPrefix(target, "/memfd:"+name+" ") {
			// Anything may have this name. Opening a FIFO must not wait.
			return os.OpenFile(link, os.O_RDWR|unix.O_NONBLOCK, 0)
		}
	}
	return nil, ErrNone
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
