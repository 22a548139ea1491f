//go:build !linux

package filecopy

import (
	"io"
	"os"
)

// medium reads a file. Nothing here keeps the system from answering out of its cache.
type medium struct{ file *os.File }

func newMedium(f *os.File) *medium { return &medium{f} }

// readAt fills block with what is at off, less of it at the end of the file. Several
// may be read at once.
func (m *medium) readAt(block []byte, off int64) (int, error) {
	n, err := m.file.ReadAt(block, off)
	if err == io.EOF {
		err = nil
	}
	return n, err
}

// forgo returns the error: there is nothing to go on without.
func (m *medium) forgo(err error) error { return err }

// wholePages is limit: any number of bytes may be read here.
func wholePages(limit int64) int64 { return limit }

func newBlock(size int64) []byte { return make([]byte, size) }
