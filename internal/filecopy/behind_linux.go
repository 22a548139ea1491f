package filecopy

import (
	"os"

	"golang.org/x/sys/unix"
)

// behind writes a copy to the medium while the copy is made. It stays a window behind the
// bytes in the page cache:
//
//	0 ─── on the medium ─── clean ─── on its way ─── started ─── in the page cache ─── end
//
// So the sync at the end is short, and the reported progress is true. A slow medium delays
// the copy, and does not fill the memory of the whole machine.
type behind struct {
	file           *os.File
	clean, started int64
	unable         bool // the file system or the kernel has no such call
}

// window, in bytes, is large enough for the full speed of the medium. It is small enough to
// show steady progress.
const window = 8 << 20

// wrote records that the file is written up to end, and may write a window to the medium. An
// error means that some bytes did not reach the medium. It is final: no later sync would
// report it again, as sync_file_range(2) clears it like fsync.
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

// sync calls sync_file_range for the window at off. If there is no such call, it sets unable.
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

// reached returns how many of the bytes up to end are on the medium: neither dirty nor being
// written. The kernel tells that from Linux 6.5 on (cachestat(2)). An older kernel counts the
// bytes up to clean.
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
