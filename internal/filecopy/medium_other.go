//go:build !linux

package filecopy

import (
	"io"
	"os"
)

// medium reads a file. Nothing here keeps the system from answering out of its cache.
type medium struct {
	file  *os.File
	block []byte
}

func newMedium(f *os.File) *medium { return &medium{f, make([]byte, blockSize)} }

// readAt is the block at off, of limit bytes, shorter at the end of the file, and empty behind it.
func (m *medium) readAt(off, limit int64) ([]byte, error) {
	n, err := m.file.ReadAt(m.block[:min(int64(len(m.block)), limit)], off)
	if err != nil && err != io.EOF {
		return nil, NewError("read back", err)
	}
	return m.block[:n], nil
}
