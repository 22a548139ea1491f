//go:build unix

package process

import (
	"os"
	"slices"
	"strconv"

	"golang.org/x/sys/unix"
)

// CloseInheritedOnExec keeps the descriptors that this process was started with from the processes that it
// starts. The first three and those in but are still passed on. Otherwise a lock on such a file, or the end of
// a pipe, would live as long as the last of those processes. A parent calls it before it starts anything, if
// its caller's descriptors do not concern its children.
//
// If the kernel has no call for that (Linux before 5.11, other systems), it reads the folder of this process's
// descriptors. Without such a folder it does nothing.
func CloseInheritedOnExec(but ...int) {
	but = slices.DeleteFunc(but, func(fd int) bool { return closedOnExec(fd) })
	if err := closeOnExecFrom(3); err != nil {
		closeOnExecEach(3)
	}
	for _, fd := range but {
		_, _ = unix.FcntlInt(uintptr(fd), unix.F_SETFD, 0)
	}
}

// closedOnExec tells whether fd cannot come from the caller of this program.
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
