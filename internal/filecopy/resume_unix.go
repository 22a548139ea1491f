//go:build linux || darwin || freebsd

package filecopy

import (
	"io/fs"
	"os"
	"syscall"
)

// oursAlone tells whether a partial copy is a regular file of this user under this
// one name, and was never open to more than src is: what is written to it can be
// read by nobody else, and is written nowhere else.
func oursAlone(partial, src fs.FileInfo) bool {
	st, ok := partial.Sys().(*syscall.Stat_t)
	open := partial.Mode().Perm() &^ 0o600 &^ src.Mode().Perm()
	return ok && partial.Mode().IsRegular() && st.Nlink == 1 && int(st.Uid) == os.Geteuid() && open == 0
}

func (l lock) isHeld() bool { return l.held }
