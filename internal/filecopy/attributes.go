package filecopy

import (
	"errors"
	"io/fs"
	"os"
)

const (
	accessACL  = "system.posix_acl_access"
	defaultACL = "system.posix_acl_default" // ACL that new files of a folder get
	capability = "security.capability"
)

// specialBits are the mode bits beside those to read, write and execute.
const specialBits = fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky

// keptMode has the mode bits that Archive keeps.
const keptMode = fs.ModePerm | specialBits

// attributes are the attributes of a file that Archive keeps, beside contents and times. An
// ACL or capability set that the file lacks is nil.
type attributes struct {
	mode     fs.FileMode
	uid, gid int
	xattrs   []xattr // all xattrs but those below
	access   []byte  // ACL
	inherit  []byte  // default ACL
	caps     []byte  // capabilities
}

type xattr struct {
	name  string
	value []byte
}

func (a *attributes) add(name string, value []byte) {
	switch name {
	case accessACL:
		a.access = value
	case defaultACL:
		a.inherit = value
	case capability:
		a.caps = value
	default:
		a.xattrs = append(a.xattrs, xattr{name, value})
	}
}

// keepAttributes gives the new file to the permission bits of from, or with Archive all its
// attributes. info is from's info. keepAttributes returns the attributes that it could not
// give. It does not change the times: set them before, as the file may not be ours afterwards.
func keepAttributes(from inode, info fs.FileInfo, to inode, opts Options) (losses, error) {
	if !opts.Archive {
		return nil, keepMode(from, info, to)
	}
	g := giving{to: to}
	if err := g.read(from, info); err != nil {
		return nil, err
	}
	if err := g.give(); err != nil {
		return nil, err
	}
	return g.lost.judged(opts)
}

// keepByName is keepAttributes for files that a copy does not open: folders, symlinks, FIFOs
// and devices.
func keepByName(
	src *os.Root, name string, info fs.FileInfo, dst *os.Root, dstName string, opts Options,
) (losses, error) {
	from, err := pinSeen(src, name, info)
	if err != nil {
		return nil, err
	}
	defer from.close()
	to, err := pin(dst, dstName)
	if err != nil {
		return nil, err
	}
	defer to.close()
	// Another file may have taken the temporary's name. It may be a hard link to any file, so
	// it must not get the attributes.
	made, err := to.stat()
	if err != nil {
		return nil, NewError("stat", err)
	}
	if made.Mode().Type() != info.Mode().Type() {
		return nil, errOpenedChanged
	}
	return keepAttributes(from, info, to, opts)
}

// pinSeen pins a name, and returns errOpenedChanged if it no longer is the file seen.
func pinSeen(root *os.Root, name string, seen fs.FileInfo) (inode, error) {
	i, err := pin(root, name)
	if errors.Is(err, fs.ErrNotExist) { // ErrNotExist itself would mean a swept temporary
		return inode{}, errOpenedChanged
	}
	if err != nil {
		return inode{}, err
	}
	now, err := i.stat()
	switch {
	case err != nil:
		err = NewError("stat", err)
	case !os.SameFile(seen, now):
		err = errOpenedChanged
	default:
		return i, nil
	}
	i.close()
	return inode{}, err
}

// keepMode gives a file the permission bits of another. It removes the ACL that the file
// inherited from its folder: the group bits would let in everybody whom that ACL names.
func keepMode(from inode, src fs.FileInfo, to inode) error {
	mode, err := modeAlone(from, src)
	if err != nil {
		return err
	}
	if err := to.remove(accessACL); err != nil {
		return NewError("remove ACL", err)
	}
	if err := to.chmod(mode); err != nil {
		return NewError("set mode", err)
	}
	return nil
}

// modeAlone returns the permission bits of a file, for a copy that lacks its ACL.
func modeAlone(from inode, src fs.FileInfo) (fs.FileMode, error) {
	mode := src.Mode().Perm()
	if mode&0o070 == 0 { // an ACL gives nobody any rights
		return mode, nil
	}
	acl, err := from.get(accessACL)
	switch {
	case errors.Is(err, errors.ErrUnsupported) || err == nil && acl == nil:
		return mode, nil
	case err != nil:
		return 0, NewError("read ACL", err)
	}
	return withoutACL(mode, acl), nil
}

// modeAloneOf is modeAlone for a name below src.
func modeAloneOf(src *os.Root, name string, info fs.FileInfo) (fs.FileMode, error) {
	from, err := pin(src, name)
	if err != nil {
		return 0, err
	}
	defer from.close()
	return modeAlone(from, info)
}
