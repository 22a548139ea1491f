package filecopy

import (
	"os"

	"golang.org/x/sys/unix"
)

// renameNew renames within dir and replaces nothing.
func renameNew(dir *os.Root, from, to string) error {
	f, err := dir.OpenFile(".", os.O_RDONLY|withoutWaiting, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	fd := int(f.Fd())
	err = ignoringEINTR(func() error { return unix.Renameat2(fd, from, fd, to, unix.RENAME_NOREPLACE) })
	switch err {
	case unix.ENOSYS, unix.EINVAL: // an old kernel, or a file system that can't
		return linkNew(dir, from, to)
	default:
		return err
	}
}
