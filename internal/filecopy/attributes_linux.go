package filecopy

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	xattrs "github.com/pkg/xattr"
	"golang.org/x/sys/unix"
)

// inode is a file to set attributes of.
type inode struct{ file *os.File }

func opened(f *os.File) inode { return inode{file: f} }

func (i inode) chmod(mode fs.FileMode) error { return i.file.Chmod(mode) }

// remove removes an xattr where there is one.
func (i inode) remove(name string) error {
	err := xattrs.FRemove(i.file, name)
	if errors.Is(err, unix.ENODATA) || errors.Is(err, errors.ErrUnsupported) {
		return nil
	}
	return errno(err)
}

// errno is err without the names that the library adds.
func errno(err error) error {
	var number syscall.Errno
	if errors.As(err, &number) {
		return number
	}
	return err
}

// shed removes the ACLs that a new folder has inherited from that around it.
func shed(dir *os.Root) error {
	f, err := dir.OpenFile(".", os.O_RDONLY|withoutWaiting, 0)
	if err != nil {
		return NewError("open folder", err)
	}
	defer f.Close()
	for _, name := range []string{accessACL, defaultACL} {
		if err := opened(f).remove(name); err != nil {
			return NewError("remove ACL", err)
		}
	}
	return nil
}
