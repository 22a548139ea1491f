package filecopy

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"

	xattrs "github.com/pkg/xattr"
	"golang.org/x/sys/unix"
)

// inode is a file whose attributes can be read and set, even if its name changes.
type inode struct {
	file file

	// path of the file, if it is not open for reading or writing: then its xattrs and mode
	// are out of reach by the descriptor.
	path     string
	unopened bool // file is nil; path ends in a name, which is not followed if it is a link
}

func inodeOf(f file) inode { return inode{file: f} }

// pin returns the inode of a name. It neither follows a symlink nor opens a FIFO or a device.
// Close the inode after use.
func pin(root *os.Root, name string) (inode, error) {
	f, err := root.OpenFile(name, unix.O_PATH|unix.O_NOFOLLOW|withoutWaiting, 0)
	if err != nil {
		return inode{}, NewError("open", err)
	}
	return inode{file: f, path: pathOf(f)}, nil
}

// inodeAt returns the inode with a name in an open folder, only to read its attributes.
func inodeAt(folder *os.File, base string) inode {
	return inode{path: pathOf(folder) + "/" + base, unopened: true}
}

// openPath opens a folder to reach the files in it, for system calls that os.Root lacks. That needs
// no right to list the folder.
func openPath(root *os.Root, name string) (*os.File, error) {
	return root.OpenFile(name, unix.O_PATH|unix.O_DIRECTORY|withoutWaiting, 0)
}

func (i inode) close() { i.file.Close() }

func (i inode) stat() (fs.FileInfo, error) { return i.file.Stat() }

func (i inode) chmod(mode fs.FileMode) error {
	if i.path != "" {
		return os.Chmod(i.path, mode)
	}
	return i.file.Chmod(mode)
}

// chown sets the owner and the group. -1 leaves one as it is.
func (i inode) chown(uid, gid int) error {
	return ignoringEINTR(func() error { return unix.Fchownat(int(i.file.Fd()), "", uid, gid, unix.AT_EMPTY_PATH) })
}

// list returns the names of the xattrs. A file system without xattrs has none.
func (i inode) list() (names []string, err error) {
	for range attempts { // the list may grow between the call for its size and the call for it
		switch {
		case i.unopened:
			names, err = xattrs.LList(i.path)
		case i.path != "":
			names, err = xattrs.List(i.path)
		default:
			names, err = fileXattrs(i.file)
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

// get returns the value of an xattr, or nil if the file lacks it.
func (i inode) get(name string) (value []byte, err error) {
	switch {
	case i.unopened:
		value, err = xattrs.LGet(i.path, name)
	case i.path != "":
		value, err = xattrs.Get(i.path, name)
	default:
		value, err = fileXattr(i.file, name)
	}
	if errors.Is(err, unix.ENODATA) {
		return nil, nil
	}
	return value, errno(err)
}

// fileXattrs returns the names of the xattrs of an open file.
func fileXattrs(f file) (names []string, err error) {
	size, err := fileXattrNames(f, nil)
	if err != nil || size == 0 {
		return nil, err
	}
	list := make([]byte, size)
	if size, err = fileXattrNames(f, list); err != nil {
		return nil, err
	}
	return strings.Split(strings.TrimSuffix(string(list[:size]), "\x00"), "\x00"), nil
}

func fileXattrNames(f file, list []byte) (size int, err error) {
	err = ignoringEINTR(func() error {
		size, err = unix.Flistxattr(int(f.Fd()), list)
		return err
	})
	return size, err
}

// fileXattr returns the value of an xattr of an open file. Nearly every file is asked for an ACL,
// and few have one, so the usual answer takes no memory.
func fileXattr(f file, name string) ([]byte, error) {
	var short [128]byte
	for {
		size, err := unix.Fgetxattr(int(f.Fd()), name, short[:])
		switch err {
		case nil:
			return append([]byte{}, short[:size]...), nil
		case unix.EINTR:
		case unix.ERANGE, unix.E2BIG: // a longer one
			return xattrs.Get(pathOf(f), name)
		default:
			return nil, err
		}
	}
}

// pathOf returns a path to an open file that works without its name.
func pathOf(f file) string { return "/proc/self/fd/" + strconv.Itoa(int(f.Fd())) }

func (i inode) has(x xattr) bool {
	value, err := i.get(x.name)
	return err == nil && value != nil && bytes.Equal(value, x.value)
}

// set sets an xattr. ext4 returns ENOSPC for a value above 4 KiB, and btrfs above 16 KiB, as
// if the disk were full. If the disk has room, set returns E2BIG instead.
func (i inode) set(name string, value []byte) (err error) {
	if i.path != "" {
		err = xattrs.Set(i.path, name, value)
	} else {
		err = ignoringEINTR(func() error { return unix.Fsetxattr(int(i.file.Fd()), name, value, 0) })
	}
	if errors.Is(err, unix.ENOSPC) && i.hasRoom() {
		return unix.E2BIG
	}
	return errno(err)
}

// hasRoom reports whether the file system has room for many xattrs.
func (i inode) hasRoom() bool {
	const enough = 1 << 20 // bytes
	var st unix.Statfs_t
	err := unix.Fstatfs(int(i.file.Fd()), &st)
	return err == nil && int64(st.Bavail)*int64(st.Bsize) >= enough
}

// remove removes an xattr. It is no error if the file lacks it.
func (i inode) remove(name string) (err error) {
	if i.path != "" {
		err = xattrs.Remove(i.path, name)
	} else {
		err = ignoringEINTR(func() error { return unix.Fremovexattr(int(i.file.Fd()), name) })
	}
	if errors.Is(err, unix.ENODATA) || errors.Is(err, errors.ErrUnsupported) {
		return nil
	}
	return errno(err)
}

// errno removes the names that the library adds to an error.
func errno(err error) error {
	var number syscall.Errno
	if errors.As(err, &number) {
		return number
	}
	return err
}

// removeACLs removes the ACLs that a new folder inherited from its parent folder.
func removeACLs(dir *os.Root) error {
	f, err := dir.OpenFile(".", os.O_RDONLY|withoutWaiting, 0)
	if err != nil {
		return NewError("open folder", err)
	}
	defer f.Close()
	for _, name := range []string{accessACL, defaultACL} {
		if err := inodeOf(f).remove(name); err != nil {
			return NewError("remove ACL", err)
		}
	}
	return nil
}
