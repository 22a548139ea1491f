package process

import (
	"os"

	"golang.org/x/sys/unix"
)

// Files that children inherit, and that this process never waits for, stay out of the poller. Package os would put
// them there, and take them out again for each child: two system calls a child for each file.

// sharedPipe makes a pipe whose end for reading all children inherit.
func sharedPipe() (r, w *os.File, err error) {
	var fds [2]int
	if err := unix.Pipe2(fds[:], unix.O_CLOEXEC); err != nil {
		return nil, nil, os.NewSyscallError("pipe2", err)
	}
	return os.NewFile(uintptr(fds[0]), "pipe"), os.NewFile(uintptr(fds[1]), "pipe"), nil
}

// openNull opens the null device for the standard input of all children.
func openNull() (*os.File, error) {
	fd, err := unix.Open(os.DevNull, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: os.DevNull, Err: err}
	}
	return os.NewFile(uintptr(fd), os.DevNull), nil
}
