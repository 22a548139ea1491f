package filecopy

import "golang.org/x/sys/unix"

// renameNew renames the file from in the folder to the place's name, and replaces nothing.
func (p place) renameNew(from string) error {
	if err := p.here.open(&p.here.self, p.dir); err != nil {
		return err
	}
	fd := int(p.here.self.Fd())
	err := ignoringEINTR(func() error { return unix.Renameat2(fd, from, fd, p.base, unix.RENAME_NOREPLACE) })
	switch err {
	case unix.ENOSYS, unix.EINVAL: // an old kernel, or a file system that can't
		return p.linkNew(from)
	default:
		return err
	}
}
