//go:build !linux

package filecopy

import (
	"io/fs"
	"os"
)

// inode is a file whose attributes can be read and set: an open file, or a name in a folder.
// On this system it has no xattrs and no ACLs.
type inode struct {
	file *os.File
	dir  *os.Root
	name string
}

func inodeOf(f *os.File) inode { return inode{file: f} }

func pin(root *os.Root, name string) (inode, error) { return inode{dir: root, name: name}, nil }

func inodeAt(*os.File, string) inode { return inode{} }

// openPath opens nothing: this system has no system calls that os.Root lacks.
func openPath(*os.Root, string) (*os.File, error) { return nil, nil }

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

// chown sets the owner and the group. -1 leaves one as it is.
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

func removeACLs(*os.Root) error { return nil }
