//go:build linux || darwin || freebsd

package filecopy

import (
	"io/fs"
	"os"
	"syscall"
)

// oursAlone reports whether a partial copy is a regular file of this user with only one name,
// and was never more open than src. Nobody else can read the bytes written to it, and they
// reach no other name.
func oursAlone(partial, src fs.FileInfo) bool {
	st, ok := partial.Sys().(*syscall.Stat_t)
	open := partial.Mode().Perm() &^ 0o600 &^ src.Mode().Perm()
	return ok && partial.Mode().IsRegular() && st.Nlink == 1 && int(st.Uid) == os.Geteuid() && open == 0
}

func (l lock) isHeld() bool { return l.held }
