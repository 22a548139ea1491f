//go:build unix

package output

import (
	"syscall"
	"time"
)

// mostRest is the capacity in bytes of the largest pipe that an ordinary user can make on Linux.
const mostRest = 1 << 20

// readRest reads what is in the pipe after the deadline. It does not wait. If this process had no CPU for long, that
// may be output of the command itself.
func (s *stream) readRest(buffer []byte) {
	raw, err := s.pipe.SyscallConn()
	if err != nil || s.pipe.SetReadDeadline(time.Time{}) != nil {
		return
	}
	for n, rest := 1, mostRest; n > 0 && rest > 0; rest -= n {
		failed := raw.Read(func(fd uintptr) (done bool) {
			n, err = syscall.Read(int(fd), buffer)
			return true
		})
		if failed != nil || err != nil {
			return
		}
		s.take(buffer[:n])
	}
}
