package filecopy

import (
	"io"
	"io/fs"
	"os"
)

// file is an open regular file: an [os.File], or on Linux a descriptor.
type file interface {
	io.ReaderAt
	io.WriterAt
	io.Seeker
	io.Closer
	Fd() uintptr
	Stat() (fs.FileInfo, error)
	Chmod(fs.FileMode) error
	Truncate(size int64) error
}

var _ file = (*os.File)(nil)
