//go:build unix

package process

import (
	"os"
	"slices"
	"strconv"

	"golang.org/x/sys/unix"
)

// CloseInheritedOnExec keeps the descriptors that this process was started with from the processes
// that it starts, but for the first three and those in but. Else a lock on one of them, or
// the end of a pipe, would live as long as the last of these. A parent calls it
// before it starts anything, if its caller's descriptors are none of its children's business.
//
// Where the kernel has no call for that (Linux before 5.11, other systems) it reads the folder of
// this process's descriptors. Where there is none either, nothing is done.
func CloseInheritedOnExec(but ...int) {
	but = slices.DeleteFunc(but, func(fd int) bool { return closedOnExec(fd) })
	if err := closeOnExecFrom(3); err != nil {
		closeOnExecEach(3)
	}
	for _, fd := range but {
		_, _ = unix.FcntlInt(uintptr(fd), unix.F_SETFD, 0)
	}
}

// closedOnExec tells whether nobody can have passed fd.
func closedOnExec(fd int) bool {
	flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
	return err != nil || flags&unix.FD_CLOEXEC != 0
}

func closeOnExecEach(from int) {
	entries, _ := os.ReadDir(descriptorsDir)
	for _, entry := range entries {
		if fd, err := strconv.Atoi(entry.Name()); err == nil && fd >= from {
			unix.CloseOnExec(fd)
		}
	}
}
