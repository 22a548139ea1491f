package filecopy

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// openSelf opens the folder for the system calls that os.Root has not.
func openSelf(dir *os.Root) (*os.File, error) {
	return dir.OpenFile(".", unix.O_PATH|unix.O_DIRECTORY, 0)
}

// createUnnamed makes a temporary that has no name until it is published. A copy that
// is killed leaves nothing, there is nothing to lock, and the folder is changed once
// instead of three times, which is what the copy of a small file takes most of its time
// for. It is nil where that can't be, for whatever reason.
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

// link gives the unnamed file its name, as open(2) has it (O_TMPFILE).
func (t *temporary) link() error {
	return unix.Linkat(unix.AT_FDCWD, t.byDescriptor(), int(t.self.Fd()), t.base, unix.AT_SYMLINK_FOLLOW)
}

// byDescriptor is a path to the file, whatever its name.
func (t *temporary) byDescriptor() string { return fmt.Sprintf("/proc/self/fd/%d", t.file.Fd()) }

// checkClose has the file system report, as at a close, the writes that have failed.
func checkClose(f *os.File) error {
	fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return err
	}
	return unix.Close(fd)
}
