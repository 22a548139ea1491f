package tempfile

import (
	"errors"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// openUnnamed makes a file without a name. errors.ErrUnsupported means that the file system has no such files.
func openUnnamed(dir string) (*os.File, error) {
	f, err := open(dir, unix.O_TMPFILE|unix.O_RDWR|unix.O_APPEND)
	if err == unix.EOPNOTSUPP || err == unix.EISDIR { // EISDIR: the kernel does not know the flag
		return nil, errors.ErrUnsupported
	}
	return f, err
}

// reopen opens the same file once more, for reading.
func reopen(f *os.File) (*os.File, error) {
	return open("/proc/self/fd/"+strconv.Itoa(int(f.Fd())), unix.O_RDONLY)
}

// open opens a file. os.OpenFile would make five more system calls, to find out whether epoll can watch the file.
func open(name string, flags int) (*os.File, error) {
	for {
		fd, err := unix.Open(name, flags|unix.O_CLOEXEC, 0o600)
		switch err {
		case nil:
			return os.NewFile(uintptr(fd), name), nil
		case unix.EINTR:
		default:
			return nil, err
		}
	}
}
