package filecopy

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// A signal may end a system call with EINTR, and where a file system is served by a
// process or a network it does, whatever SA_RESTART says. Most of the os package
// begins again then; os.Root does not when it looks at a name, renames or links
// (Go 1.26), nor does the unix package.

// ignoringEINTR calls f until it isn't ended by a signal.
func ignoringEINTR(f func() error) error {
	for {
		if err := f(); !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}

// Lstat is root.Lstat, whatever signals come.
func Lstat(root *os.Root, name string) (info fs.FileInfo, err error) {
	err = ignoringEINTR(func() error {
		info, err = root.Lstat(name)
		return err
	})
	return info, err
}

// stat is root.Stat, whatever signals come.
func stat(root *os.Root, name string) (info fs.FileInfo, err error) {
	err = ignoringEINTR(func() error {
		info, err = root.Stat(name)
		return err
	})
	return info, err
}

// enter opens a folder. OpenRoot opens whatever has the name, and would wait
// for ever at a FIFO; with a slash at its end, only a folder has the name.
func enter(root *os.Root, name string) (dir *os.Root, err error) {
	err = ignoringEINTR(func() error {
		dir, err = root.OpenRoot(name + string(filepath.Separator))
		return err
	})
	return dir, err
}
