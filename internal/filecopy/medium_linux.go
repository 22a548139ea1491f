package filecopy

import (
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// medium reads a file from the medium, not from the page cache. It uses O_DIRECT if the file
// system supports it, and otherwise drops the cached pages first. A disk may still answer
// from its own cache, and nobody can tell.
type medium struct{ file *os.File }

// newMedium makes reads of f come from the medium from now on. f must have no dirty pages. The
// reads leave the access time as it is, if we are allowed to ask for that (the owner is;
// open(2), O_NOATIME).
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

// readAt reads the bytes at off into block. At the end of the file it reads fewer than fit.
// Several goroutines may call it at once.
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

// forgo turns O_DIRECT off if it is the reason for the error err of a read, and returns any
// other error. The cached pages were dropped, so reads still come from the medium. O_DIRECT
// fails at the end of a file whose size is no multiple of the medium's block. It also fails if
// the file system wants another alignment than ours.
func (m *medium) forgo(err error) error {
	if err != unix.EINVAL {
		return err
	}
	return m.set(0, unix.O_DIRECT)
}

// wholePages rounds limit up to whole pages: O_DIRECT needs them.
func wholePages(limit int64) int64 {
	page := int64(os.Getpagesize())
	return (limit + page - 1) / page * page
}

// newBlock returns memory that begins at a multiple of a page. That is enough for O_DIRECT on a
// medium whose blocks are no larger than a page.
func newBlock(size int64) []byte {
	page := int64(os.Getpagesize())
	block := make([]byte, size+page)
	skip := page - int64(uintptr(unsafe.Pointer(&block[0]))%uintptr(page))
	return block[skip : skip+size : skip+size]
}
