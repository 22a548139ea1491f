package filecopy

import (
	"io"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// descriptor is an open regular file. An os.File tries to register each new descriptor with the
// poller of the runtime. That takes two system calls, and epoll always refuses a regular file.
// Nothing closes a descriptor by itself.
type descriptor int

// openIn opens a name in a folder. It does not follow a link.
func openIn(folder *os.File, base string, flags int, mode fs.FileMode) (d descriptor, err error) {
	err = ignoringEINTR(func() error {
		fd, err := unix.Openat(int(folder.Fd()), base, flags|unix.O_NOFOLLOW|unix.O_CLOEXEC, uint32(mode.Perm()))
		d = descriptor(fd)
		return err
	})
	return d, err
}

func (d descriptor) Fd() uintptr { return uintptr(d) }

func (d descriptor) Close() error { return unix.Close(int(d)) }

func (d descriptor) Stat() (fs.FileInfo, error) { return os.Stat(pathOf(d)) }

func (d descriptor) Chmod(mode fs.FileMode) error {
	bits := uint32(mode.Perm())
	if mode&fs.ModeSetuid != 0 {
		bits |= unix.S_ISUID
	}
	if mode&fs.ModeSetgid != 0 {
		bits |= unix.S_ISGID
	}
	if mode&fs.ModeSticky != 0 {
		bits |= unix.S_ISVTX
	}
	return ignoringEINTR(func() error { return unix.Fchmod(int(d), bits) })
}

func (d descriptor) ReadAt(b []byte, off int64) (n int, err error) {
	for n < len(b) {
		m, err := unix.Pread(int(d), b[n:], off+int64(n))
		switch {
		case err == unix.EINTR:
		case err != nil:
			return n, err
		case m == 0:
			return n, io.EOF
		default:
			n += m
		}
	}
	return n, nil
}

func (d descriptor) WriteAt(b []byte, off int64) (n int, err error) {
	for n < len(b) {
		m, err := unix.Pwrite(int(d), b[n:], off+int64(n))
		switch {
		case err == unix.EINTR:
		case err != nil:
			return n, err
		case m == 0:
			return n, io.ErrUnexpectedEOF
		default:
			n += m
		}
	}
	return n, nil
}

func (d descriptor) Seek(off int64, whence int) (int64, error) {
	return unix.Seek(int(d), off, whence)
}

func (d descriptor) Truncate(size int64) error {
	return ignoringEINTR(func() error { return unix.Ftruncate(int(d), size) })
}
