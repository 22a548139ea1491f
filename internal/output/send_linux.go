package output

import (
	"os"

	"golang.org/x/sys/unix"
)

// sendAtOnce is the most bytes of one call. The kernel would take up to 2 GiB.
const sendAtOnce = 1 << 30

// send copies up to size bytes of a file inside the kernel, and returns how many it has copied. The caller copies the
// rest, and meets the error if there is one. sendfile refuses a file in append mode.
//
// io.Copy does not suffice: it uses the file's offset, which descendants of the command move, and it copies to a pipe
// through this process.
func send(to, from *os.File, offset, size int64) (sent int64) {
	raw, err := to.SyscallConn()
	if err != nil {
		return 0
	}
	_ = raw.Write(func(fd uintptr) (done bool) {
		for sent < size {
			n, err := unix.Sendfile(int(fd), int(from.Fd()), &offset, int(min(size-sent, sendAtOnce)))
			switch {
			case n > 0:
				sent += int64(n)
			case err == unix.EAGAIN:
				return false // wait until a pipe has room
			case err != unix.EINTR:
				return true
			}
		}
		return true
	})
	return sent
}
