//go:build linux || darwin || freebsd

package filecopy

import (
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// setLinkTimes gives a symlink itself the times of src. Root.Chtimes would
// follow it.
func setLinkTimes(dir *os.Root, name string, src fs.FileInfo) error {
	f, err := dir.OpenFile(".", os.O_RDONLY|withoutWaiting, 0)
	if err != nil {
		return NewError("open folder", err)
	}
	defer f.Close()
	atime, err := unix.TimeToTimespec(accessTime(src))
	if err != nil {
		return NewError("set times", err)
	}
	mtime, err := unix.TimeToTimespec(src.ModTime())
	if err != nil {
		return NewError("set times", err)
	}
	times := []unix.Timespec{atime, mtime}
	err = ignoringEINTR(func() error { return unix.UtimesNanoAt(int(f.Fd()), name, times, unix.AT_SYMLINK_NOFOLLOW) })
	if err != nil {
		return NewError("set times", err)
	}
	return nil
}
