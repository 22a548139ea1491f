package filecopy

import (
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// medium reads a file from the medium rather than from the page cache: with
// O_DIRECT where the file system has it, else after the cached pages are dropped.
// What a disk's own cache answers, nobody here can tell.
type medium struct{ file *os.File }

// newMedium reads f from the medium from now on. Its pages must not be dirty. The
// reading leaves the access time alone, where that may be asked for (open(2),
// O_NOATIME: by the owner).
func newMedium(f *os.File) *medium {
	m := &medium{f}
	_ = unix.Fadvise(m.fd(), 0, 0, unix.FADV_DONTNEED)
	if m.set(unix.O_DIRECT|unix.O_NOATIME, 0) != nil && m.set(unix.O_DIRECT, 0) != nil {
		_ = m.set(unix.O_NOATIME, 0)
	}
	return m
}

func (m *medium) fd() int { return int(m.file.Fd()) }

func (m *medium) set(flags, without int) error {
	old, err := unix.FcntlInt(m.file.Fd(), unix.F_GETFL, 0)
	if err == nil {
		_, err = unix.FcntlInt(m.file.Fd(), unix.F_SETFL, (old|flags)&^without)
	}
	return err
}

// readAt fills block with what is at off, less of it at the end of the file. Several
// may be read at once.
func (m *medium) readAt(block []byte, off int64) (n int, err error) {
	for n < len(block) {
		got, err := unix.Pread(m.fd(), block[n:], off+int64(n))
		if err == unix.EINTR {
			continue
		}
		if got == 0 || err != nil {
			return n, err
		}
		n += got
	}
	return n, nil
}

// forgo goes on without O_DIRECT, and with the dropped pages, where a read failed for
// that: at the end of a file whose size is no multiple of the medium's block there is
// nothing left for O_DIRECT to read; elsewhere the file system wants another alignment
// than ours. Any other error is returned.
func (m *medium) forgo(err error) error {
	if err != unix.EINVAL {
		return err
	}
	return m.set(0, unix.O_DIRECT)
}

// wholePages is limit and what is left of its last page: O_DIRECT wants whole ones.
func wholePages(limit int64) int64 {
	page := int64(os.Getpagesize())
	return (limit + page - 1) / page * page
}

// newBlock has its address at a multiple of a page, which is enough for
// O_DIRECT on any medium with blocks of a page and less.
func newBlock(size int64) []byte {
	page := int64(os.Getpagesize())
	block := make([]byte, size+page)
	skip := page - int64(uintptr(unsafe.Pointer(&block[0]))%uintptr(page))
	return block[skip : skip+size : skip+size]
}
