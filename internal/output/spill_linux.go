package output

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// openUnnamed makes a file without a name. errors.ErrUnsupported means that the file system has no such files.
//
// os.OpenFile would make five more system calls, to find out whether epoll can watch a file.
func openUnnamed(dir string) (*os.File, error) {
	for {
		fd, err := unix.Open(dir, unix.O_TMPFILE|unix.O_RDWR|unix.O_APPEND|unix.O_CLOEXEC, 0o600)
		switch err {
		case nil:
			return os.NewFile(uintptr(fd), dir), nil
		case unix.EINTR:
		case unix.EOPNOTSUPP, unix.EISDIR: // EISDIR: the kernel does not know the flag
			return nil, errors.ErrUnsupported
		default:
			return nil, err
		}
	}
}
