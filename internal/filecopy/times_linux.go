package filecopy

import (
	"io/fs"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

func accessTime(info fs.FileInfo) time.Time {
	return time.Unix(info.Sys().(*syscall.Stat_t).Atim.Unix())
}

// setTimes gives the open file the times of src, even if another file has its name.
func (t *temporary) setTimes(src fs.FileInfo) error { return setFileTimes(t.file, src) }

func setFileTimes(f file, src fs.FileInfo) error {
	times, err := timesOf(src)
	if err != nil {
		return err
	}
	err = ignoringEINTR(func() error {
		return unix.UtimesNanoAt(int(f.Fd()), "", times, unix.AT_EMPTY_PATH)
	})
	if err == unix.EINVAL { // before Linux 5.8
		return unix.UtimesNanoAt(unix.AT_FDCWD, pathOf(f), times, 0)
	}
	return err
}
