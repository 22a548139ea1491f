// Package tempfile makes temporary files without a name. Nothing is left of them, however their process ends.
package tempfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
)

// Folder is a folder for temporary files. Several goroutines may use it at once.
type Folder struct {
	Path  string
	named atomic.Bool // its file system has no files without a name
}

// File is a temporary file. It is in append mode, so that several processes can write to it.
type File struct {
	*os.File
	remove bool // at the end: the system keeps the name of an open file
	shares bool // another File has the same os.File, and closes it
}

// Create makes an empty file. The error names the folder.
func (d *Folder) Create() (*File, error) {
	if !d.named.Load() {
		f, err := openUnnamed(d.Path)
		if err == nil {
			return &File{File: f}, nil
		}
		if !errors.Is(err, errors.ErrUnsupported) {
			return nil, fmt.Errorf("create a file in %q: %w", d.Path, cause(err))
		}
		d.named.Store(true)
	}
	f, err := openRemoved(d.Path)
	if err != nil {
		return nil, fmt.Errorf("create a file in %q: %w", d.Path, cause(err))
	}
	return f, nil
}

// Close closes the file. Once each process that has inherited it has done so, too, the system frees its space.
func (f *File) Close() error {
	if f.shares {
		return nil
	}
	err := f.File.Close()
	if f.remove {
		err = errors.Join(err, os.Remove(f.Name()))
	}
	return err
}

// Reopen returns the file for reading from its beginning. Close the result first.
//
// On Linux the result has an offset of its own and cannot be used for writing: /proc opens a file that has no name. So
// no process that has an earlier result can move the offset of a later one. Elsewhere, and where /proc is not mounted,
// the offset is shared with f and all results. If there are too few descriptors, a later call may succeed.
func (f *File) Reopen() (*File, error) {
	again, err := reopen(f.File)
	switch {
	case err == nil:
		return &File{File: again}, nil
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		return nil, fmt.Errorf("open a temporary file again: %w", err)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("rewind a temporary file: %w", cause(err))
	}
	return &File{File: f.File, shares: true}, nil
}

// openRemoved makes a file and removes its name at once.
func openRemoved(dir string) (*File, error) {
	for {
		name := filepath.Join(dir, "brood-"+strconv.FormatUint(rand.Uint64(), 36))
		f, err := os.OpenFile(name, os.O_RDWR|os.O_APPEND|os.O_CREATE|os.O_EXCL, 0o600)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		return &File{File: f, remove: os.Remove(name) != nil}, nil
	}
}

// cause returns an error without the operation and the name, which the caller adds.
func cause(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}
