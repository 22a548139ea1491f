package machine

import (
	"os"
	"syscall"
)

// ReadFile is os.ReadFile for files of /proc and of control groups, which never wait. Package os would ask the
// poller about each of them: that is up to twelve system calls for one file, and here they are four.
func ReadFile(name string) (text []byte, err error) {
	err = reading(name, func(fd int) error {
		for {
			if len(text) == cap(text) {
				text = append(text, make([]byte, max(len(text), 4<<10))...)[:len(text)]
			}
			n, err := again(func() (int, error) { return syscall.Read(fd, text[len(text):cap(text)]) })
			if n <= 0 {
				return err
			}
			text = text[:len(text)+n]
		}
	})
	return text, err
}

// readLine is ReadFile for a file of one short line, which the kernel gives out whole. It does without the read that
// finds the end.
func readLine(name string) (text []byte, err error) {
	err = reading(name, func(fd int) error {
		text = make([]byte, 128)
		n, err := again(func() (int, error) { return syscall.Read(fd, text) })
		text = text[:max(n, 0)]
		return err
	})
	return text, err
}

// reading calls read with the open file.
func reading(name string, read func(fd int) error) error {
	fd, err := again(func() (int, error) { return syscall.Open(name, syscall.O_RDONLY|syscall.O_CLOEXEC, 0) })
	if err != nil {
		return &os.PathError{Op: "open", Path: name, Err: err}
	}
	defer syscall.Close(fd)
	if err := read(fd); err != nil {
		return &os.PathError{Op: "read", Path: name, Err: err}
	}
	return nil
}

// again repeats a call that a signal interrupts.
func again(call func() (int, error)) (n int, err error) {
	for n, err = call(); err == syscall.EINTR; n, err = call() {
	}
	return n, err
}
