package filecopy

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// A signal may end a system call with EINTR. In a file system of a process or a network it
// does so in spite of SA_RESTART. Most of the os package then repeats the call. os.Root does
// not do so for lstat, stat, rename and link (Go 1.26), nor does the unix package.

// ignoringEINTR calls f until its error is not EINTR.
func ignoringEINTR(f func() error) error {
	for {
		if err := f(); !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}

// Lstat is root.Lstat. A signal does not end it early.
func Lstat(root *os.Root, name string) (info fs.FileInfo, err error) {
	err = ignoringEINTR(func() error {
		info, err = root.Lstat(name)
		return err
	})
	return info, err
}

// stat is root.Stat. A signal does not end it early.
func stat(root *os.Root, name string) (info fs.FileInfo, err error) {
	err = ignoringEINTR(func() error {
		info, err = root.Stat(name)
		return err
	})
	return info, err
}

// openFolder opens a folder. It appends a slash to the name, so that only a folder can have
// it: OpenRoot would open a FIFO too, and wait for ever.
func openFolder(root *os.Root, name string) (dir *os.Root, err error) {
	err = ignoringEINTR(func() error {
		dir, err = root.OpenRoot(name + string(filepath.Separator))
		return err
	})
	return dir, err
}
