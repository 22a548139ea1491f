package filecopy

import (
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// makeNode makes a FIFO or a device like src, that only its owner may open yet.
func makeNode(dir *os.Root, name string, src fs.FileInfo) error {
	f, err := dir.OpenFile(".", os.O_RDONLY|withoutWaiting, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	st := src.Sys().(*syscall.Stat_t)
	return unix.Mknodat(int(f.Fd()), name, st.Mode&unix.S_IFMT|0o600, int(st.Rdev))
}

func sameNode(a, b fs.FileInfo) bool {
	return a.Mode().Type() == b.Mode().Type() && a.Sys().(*syscall.Stat_t).Rdev == b.Sys().(*syscall.Stat_t).Rdev
}
