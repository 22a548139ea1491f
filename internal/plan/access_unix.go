//go:build unix

package plan

import "golang.org/x/sys/unix"

func writable(dir string) error { return unix.Access(dir, unix.W_OK|unix.X_OK) }

// readable opens a file, or opens a folder and reads from it. Package os takes three times as many system calls.
func readable(name string, isFolder bool) error {
	fd, err := opened(name, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	for isFolder {
		if _, err = unix.ReadDirent(fd, make([]byte, 4<<10)); err != unix.EINTR {
			break
		}
	}
	return err
}

// opened opens a file for reading, again when a signal interrupts that.
func opened(name string, flags int) (fd int, err error) {
	for {
		fd, err = unix.Open(name, unix.O_RDONLY|unix.O_CLOEXEC|flags, 0)
		if err != unix.EINTR {
			return fd, err
		}
	}
}
