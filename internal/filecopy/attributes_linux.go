package filecopy

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	xattrs "github.com/pkg/xattr"
	"golang.org/x/sys/unix"
)

// inode is a file to read or set attributes of, whatever happens to its name.
type inode struct {
	file *os.File

	// path names a file that was not opened to be read or written, in which
	// case xattrs and mode can't be reached by its descriptor.
	path string
	seen bool // path ends in a name that was not opened at all, and is not followed
}

func opened(f *os.File) inode { return inode{file: f} }

// pin is the inode of a name, which may be a symlink, a FIFO or a device: they
// are neither followed nor opened. It is to be closed.
func pin(root *os.Root, name string) (inode, error) {
	f, err := root.OpenFile(name, unix.O_PATH|unix.O_NOFOLLOW, 0)
	if err != nil {
		return inode{}, NewError("open", err)
	}
	return inode{file: f, path: fmt.Sprintf("/proc/self/fd/%d", f.Fd())}, nil
}

// named is the inode that has a name in an open folder, to read its attributes.
func named(folder *os.File, base string) inode {
	return inode{path: fmt.Sprintf("/proc/self/fd/%d/%s", folder.Fd(), base), seen: true}
}

// openToSee opens a folder to reach what is in it, which takes no right to list it.
func openToSee(root *os.Root, name string) (*os.File, error) {
	return root.OpenFile(name, unix.O_PATH|unix.O_DIRECTORY, 0)
}

func (i inode) close() { i.file.Close() }

func (i inode) stat() (fs.FileInfo, error) { return i.file.Stat() }

func (i inode) chmod(mode fs.FileMode) error {
	if i.path != "" {
		return os.Chmod(i.path, mode)
	}
	return i.file.Chmod(mode)
}

// chown leaves what is -1.
func (i inode) chown(uid, gid int) error {
	return ignoringEINTR(func() error { return unix.Fchownat(int(i.file.Fd()), "", uid, gid, unix.AT_EMPTY_PATH) })
}

// list is the names of the xattrs, none in a file system that has none.
func (i inode) list() (names []string, err error) {
	for range attempts { // it may grow between the call for its size and that for it
		switch {
		case i.seen:
			names, err = xattrs.LList(i.path)
		case i.path != "":
			names, err = xattrs.List(i.path)
		default:
			names, err = xattrs.FList(i.file)
		}
		if !errors.Is(err, unix.ERANGE) {
			break
		}
	}
	if errors.Is(err, errors.ErrUnsupported) {
		return nil, nil
	}
	return names, errno(err)
}

// get is the value of an xattr, nil when there is none of that name.
func (i inode) get(name string) (value []byte, err error) {
	switch {
	case i.seen:
		value, err = xattrs.LGet(i.path, name)
	case i.path != "":
		value, err = xattrs.Get(i.path, name)
	default:
		value, err = xattrs.FGet(i.file, name)
	}
	if errors.Is(err, unix.ENODATA) {
		return nil, nil
	}
	return value, errno(err)
}

func (i inode) has(x xattr) bool {
	value, err := i.get(x.name)
	return err == nil && value != nil && bytes.Equal(value, x.value)
}

// set sets an xattr. ENOSPC is the error of a full disk and that of ext4 for a
// value above 4 KiB, btrfs above 16: with room on the disk, it is E2BIG here.
func (i inode) set(name string, value []byte) (err error) {
	if i.path != "" {
		err = xattrs.Set(i.path, name, value)
	} else {
		err = xattrs.FSet(i.file, name, value)
	}
	if errors.Is(err, unix.ENOSPC) && i.hasRoom() {
		return unix.E2BIG
	}
	return errno(err)
}

// hasRoom tells whether the file system has room for many an xattr.
func (i inode) hasRoom() bool {
	const enough = 1 << 20 // bytes
	var st unix.Statfs_t
	err := unix.Fstatfs(int(i.file.Fd()), &st)
	return err == nil && int64(st.Bavail)*int64(st.Bsize) >= enough
}

// remove removes an xattr where there is one.
func (i inode) remove(name string) (err error) {
	if i.path != "" {
		err = xattrs.Remove(i.path, name)
	} else {
		err = xattrs.FRemove(i.file, name)
	}
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
