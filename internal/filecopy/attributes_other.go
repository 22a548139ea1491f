//go:build !linux

package filecopy

import (
	"io/fs"
	"os"
)

// inode is a file to read or set attributes of: an open one, or a name in a
// folder. It has no xattrs and no ACLs here.
type inode struct {
	file *os.File
	dir  *os.Root
	name string
}

func opened(f *os.File) inode { return inode{file: f} }

func pin(root *os.Root, name string) (inode, error) { return inode{dir: root, name: name}, nil }

func named(*os.File, string) inode { return inode{} }

// openToSee opens nothing: there is no attribute to read.
func openToSee(*os.Root, string) (*os.File, error) { return nil, nil }

func (inode) close() {}

func (i inode) stat() (fs.FileInfo, error) {
	if i.file != nil {
		return i.file.Stat()
	}
	return Lstat(i.dir, i.name)
}

func (i inode) chmod(mode fs.FileMode) error {
	if i.file != nil {
		return i.file.Chmod(mode)
	}
	return i.dir.Chmod(i.name, mode)
}

// chown leaves what is -1.
func (i inode) chown(uid, gid int) error {
	if i.file != nil {
		return i.file.Chown(uid, gid)
	}
	return i.dir.Lchown(i.name, uid, gid)
}

func (inode) list() ([]string, error)    { return nil, nil }
func (inode) get(string) ([]byte, error) { return nil, nil }
func (inode) has(xattr) bool             { return false }
func (inode) set(string, []byte) error   { return nil }
func (inode) remove(string) error        { return nil }

func shed(*os.Root) error { return nil }
