//go:build !linux

package filecopy

import (
	"io"
	"os"
)

// medium reads a file. On this system the reads may come from the cache.
type medium struct{ file *os.File }

func newMedium(f *os.File) *medium { return &medium{f} }

// readAt reads the bytes at off into block. At the end of the file it reads fewer than fit.
// Several goroutines may call it at once.
func (m *medium) readAt(block []byte, off int64) (int, error) {
	n, err := m.file.ReadAt(block, off)
	if err == io.EOF {
		err = nil
	}
	return n, err
}

// forgo returns err: on this system no flag can be turned off.
func (m *medium) forgo(err error) error { return err }

// wholePages returns limit: on this system a read may have any size.
func wholePages(limit int64) int64 { return limit }

func newBlock(size int64) []byte { return make([]byte, size) }
