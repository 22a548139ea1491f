package filecopy

import (
	"os"

	"golang.org/x/sys/unix"
)

// behind has a copy written to the medium while it is made, a window behind what
// is written to the page cache:
//
//	0 ─── on the medium ─── clean ─── on its way ─── started ─── in the page cache ─── end
//
// The sync at the end is short then, a slow medium holds up the copy rather than
// the whole machine's memory, and what is said of the progress is true.
type behind struct {
	file           *os.File
	clean, started int64
	unable         bool // the file system or the kernel can't
}

// window, in bytes, is large enough for the medium to be written at its full
// speed, and small enough to be seen growing.
const window = 8 << 20

// wrote is told that the file is written up to end. An error says that something
// did not reach the medium; no later sync would say that again (sync_file_range(2)
// takes it off the file, as fsync does), so it is final.
func (b *behind) wrote(end int64) error {
	for !b.unable && end-b.started >= window {
		if err := b.sync(b.started, unix.SYNC_FILE_RANGE_WRITE); err != nil {
			return err
		}
		if b.started > b.clean {
			if err := b.sync(b.clean, unix.SYNC_FILE_RANGE_WRITE_AND_WAIT); err != nil {
				return err
			}
		}
		b.clean, b.started = b.started, b.started+window
	}
	return nil
}

func (b *behind) sync(off int64, flags int) error {
	err := ignoringEINTR(func() error { return unix.SyncFileRange(int(b.file.Fd()), off, window, flags) })
	switch err {
	case nil:
		return nil
	case unix.ENOSYS, unix.EINVAL, unix.ESPIPE:
		b.unable = true
		return nil
	}
	return NewError("sync", err)
}

// reached is how much of what is written up to end is on the medium: what is
// neither dirty nor being written, where the kernel can tell (cachestat(2), from
// Linux 6.5 on).
func (b *behind) reached(end int64) int64 {
	if end <= b.clean {
		return end
	}
	var cache unix.Cachestat_t
	within := unix.CachestatRange{Off: uint64(b.clean), Len: uint64(end - b.clean)}
	if err := unix.Cachestat(uint(b.file.Fd()), &within, &cache, 0); err != nil {
		return b.clean
	}
	pending := int64(cache.Dirty+cache.Writeback) * int64(os.Getpagesize())
	return max(b.clean, end-pending)
}
