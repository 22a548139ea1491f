package filecopy

import (
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// medium reads a file from the medium rather than from the page cache: with
// O_DIRECT where the file system has it, else after the cached pages are dropped.
// What a disk's own cache answers, nobody here can tell.
type medium struct {
	file   *os.File
	block  []byte
	direct bool
}

// newMedium reads f from the medium from now on. Its pages must not be dirty. The
// reading leaves the access time alone, where that may be asked for (open(2),
// O_NOATIME: by the owner).
func newMedium(f *os.File) *medium {
	m := &medium{file: f, block: alignedBlock(blockSize)}
	_ = unix.Fadvise(m.fd(), 0, 0, unix.FADV_DONTNEED)
	m.direct = m.set(unix.O_DIRECT|unix.O_NOATIME) == nil || m.set(unix.O_DIRECT) == nil
	if !m.direct {
		_ = m.set(unix.O_NOATIME)
	}
	return m
}

func (m *medium) fd() int { return int(m.file.Fd()) }

func (m *medium) set(flags int) error {
	old, err := unix.FcntlInt(m.file.Fd(), unix.F_GETFL, 0)
	if err == nil {
		_, err = unix.FcntlInt(m.file.Fd(), unix.F_SETFL, old|flags)
	}
	return err
}

// readAt is the block at off, of limit bytes and what is left of the last one's page,
// shorter at the end of the file, and empty behind it.
func (m *medium) readAt(off, limit int64) ([]byte, error) {
	page := int64(os.Getpagesize()) // O_DIRECT wants whole ones
	block := m.block[:min(int64(len(m.block)), (limit+page-1)/page*page)]
	for n := 0; ; {
		got, err := unix.Pread(m.fd(), block[n:], off+int64(n))
		switch {
		case err == unix.EINTR:
		case err == unix.EINVAL && m.direct:
			// At the end of a file whose size is no multiple of the medium's
			// block there is nothing left for O_DIRECT to read; elsewhere the
			// file system wants another alignment than ours.
			if err := m.indirect(); err != nil {
				return nil, NewError("read back", err)
			}
		case err != nil:
			return nil, NewError("read back", err)
		case got == 0 || n+got == len(block):
			return block[:n+got], nil
		default:
			n += got
		}
	}
}

// indirect goes on without O_DIRECT, and with the dropped pages.
func (m *medium) indirect() error {
	m.direct = false
	flags, err := unix.FcntlInt(m.file.Fd(), unix.F_GETFL, 0)
	if err == nil {
		_, err = unix.FcntlInt(m.file.Fd(), unix.F_SETFL, flags&^unix.O_DIRECT)
	}
	return err
}

// alignedBlock has its address at a multiple of a page, which is enough for
// O_DIRECT on any medium with blocks of a page and less.
func alignedBlock(size int) []byte {
	page := os.Getpagesize()
	block := make([]byte, size+page)
	skip := page - int(uintptr(unsafe.Pointer(&block[0]))%uintptr(page))
	return block[skip : skip+size : skip+size]
}
