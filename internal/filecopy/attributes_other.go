//go:build !linux

package filecopy

import (
	"io/fs"
	"os"
)

// inode is a file to set attributes of. It has no ACLs here.
type inode struct{ file *os.File }

func opened(f *os.File) inode { return inode{file: f} }

func (i inode) chmod(mode fs.FileMode) error { return i.file.Chmod(mode) }

func (inode) remove(string) error { return nil }

func shed(*os.Root) error { return nil }
