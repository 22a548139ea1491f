//go:build linux || darwin || freebsd

package filecopy

import (
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// setLinkTimes gives the times of src to a symlink itself. Root.Chtimes would follow it.
func setLinkTimes(dir *os.Root, name string, src fs.FileInfo) error {
	f, err := dir.OpenFile(".", os.O_RDONLY|withoutWaiting, 0)
	if err != nil {
		return NewError("open folder", err)
	}
	defer f.Close()
	times, err := timesOf(src)
	if err == nil {
		err = ignoringEINTR(func() error {
			return unix.UtimesNanoAt(int(f.Fd()), name, times, unix.AT_SYMLINK_NOFOLLOW)
		})
	}
	if err != nil {
		return NewError("set times", err)
	}
	return nil
}

func timesOf(info fs.FileInfo) ([]unix.Timespec, error) {
	accessed, err := unix.TimeToTimespec(accessTime(info))
	if err != nil {
		return nil, err
	}
	modified, err := unix.TimeToTimespec(info.ModTime())
	return []unix.Timespec{accessed, modified}, err
}
