//go:build unix

package output

import (
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// unread tells whether a file is a pipe or socket that nobody reads any more.
func unread(file *os.File) (is bool) {
	info, err := file.Stat()
	if err != nil || info.Mode()&(fs.ModeNamedPipe|fs.ModeSocket) == 0 {
		return false
	}
	raw, err := file.SyscallConn()
	if err != nil {
		return false
	}
	_ = raw.Control(func(fd uintptr) {
		polled := []unix.PollFd{{Fd: int32(fd)}}
		n, err := unix.Poll(polled, 0)
		is = n > 0 && err == nil && polled[0].Revents&(unix.POLLERR|unix.POLLHUP) != 0
	})
	return is
}
