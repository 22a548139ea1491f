package filecopy

import (
	"errors"
	"io/fs"
	"os"
)

const (
	accessACL  = "system.posix_acl_access"
	defaultACL = "system.posix_acl_default" // of a folder: the ACL of what is made in it
	capability = "security.capability"
)

// specialBits go beyond reading, writing and executing.
const specialBits = fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky

// keptMode is what Archive keeps of a mode.
const keptMode = fs.ModePerm | specialBits

// attributes are what Archive keeps of a file beside contents and times.
type attributes struct {
	mode     fs.FileMode
	uid, gid int
	xattrs   []xattr // those without a field of their own
	access   []byte  // ACL; nil where there is none, as with the next two
	inherit  []byte  // default ACL
	caps     []byte
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

// keep gives a file that has just been made the permission bits of another,
// whose info is given, or with Archive all its attributes, and returns those
// that it could not. Times are kept, so set them before: later the file may not
// be ours.
func keep(from inode, info fs.FileInfo, to inode, opts Options) (losses, error) {
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

// keepByName does it for what is not opened to be copied: folders, symlinks,
// FIFOs and devices.
func keepByName(src *os.Root, name string, info fs.FileInfo, dst *os.Root, dstName string, opts Options) (losses, error) {
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
	// What has taken the place of a temporary is given nothing: it may be a hard link to any file.
	made, err := to.stat()
	if err != nil {
		return nil, NewError("stat", err)
	}
	if made.Mode().Type() != info.Mode().Type() {
		return nil, errOpenedChanged
	}
	return keep(from, info, to, opts)
}

// pinSeen is the inode of a name, if it still is the file that was seen.
func pinSeen(root *os.Root, name string, seen fs.FileInfo) (inode, error) {
	i, err := pin(root, name)
	if errors.Is(err, fs.ErrNotExist) { // which would look like a temporary that was swept
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

// keepMode removes the ACL that the file has inherited from its folder: whom it
// names would be let in by the group bits.
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

// modeAlone is the permission bits of a file for a copy without its ACL.
func modeAlone(from inode, src fs.FileInfo) (fs.FileMode, error) {
	mode := src.Mode().Perm()
	if mode&0o070 == 0 { // nobody named may do anything
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

// modeAloneOf is that of a name.
func modeAloneOf(src *os.Root, name string, info fs.FileInfo) (fs.FileMode, error) {
	from, err := pin(src, name)
	if err != nil {
		return 0, err
	}
	defer from.close()
	return modeAlone(from, info)
}
