package filecopy

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// openSelf opens the folder, for system calls that os.Root lacks.
func openSelf(dir *os.Root) (*os.File, error) {
	return dir.OpenFile(".", unix.O_PATH|unix.O_DIRECTORY, 0)
}

// createUnnamed makes a temporary that has no name until it is published. It returns nil if
// that fails. A killed copy leaves nothing, and needs no lock. The folder changes once, not
// three times, and these changes take most of the time of a small copy.
func createUnnamed(p place) *temporary {
	if p.self == nil {
		return nil
	}
	fd, err := unix.Openat(int(p.self.Fd()), ".", unix.O_TMPFILE|unix.O_RDWR|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return nil
	}
	return &temporary{place: p, file: os.NewFile(uintptr(fd), "")}
}

// link gives the unnamed file its name, in the way that open(2) describes (O_TMPFILE).
func (t *temporary) link() error {
	return unix.Linkat(unix.AT_FDCWD, t.byDescriptor(), int(t.self.Fd()), t.base, unix.AT_SYMLINK_FOLLOW)
}

// byDescriptor returns a path to the file that works without its name.
func (t *temporary) byDescriptor() string { return fmt.Sprintf("/proc/self/fd/%d", t.file.Fd()) }

// checkClose closes a duplicate of the descriptor, so that the file system reports failed writes.
func checkClose(f *os.File) error {
	fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return err
	}
	return unix.Close(fd)
}
