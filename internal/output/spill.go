package output

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
)

// spill is a file for output. It is in append mode, so that several processes can write to it.
type spill struct {
	*os.File
	remove bool // at the end: the system keeps the name of an open file
}

func (f *spill) close() {
	f.Close()
	if f.remove {
		os.Remove(f.Name())
	}
}

// spill makes a file without a name.
func (c *Collector) spill() (*spill, error) {
	dir := c.folder()
	if !c.named.Load() {
		f, err := openUnnamed(dir)
		if err == nil {
			return &spill{File: f}, nil
		}
		if !errors.Is(err, errors.ErrUnsupported) {
			return nil, fmt.Errorf("create a file in %q: %w", dir, cause(err))
		}
		c.named.Store(true)
	}
	f, err := openRemoved(dir)
	if err != nil {
		return nil, fmt.Errorf("create a file in %q: %w", dir, cause(err))
	}
	return f, nil
}

// folder returns the folder of the files that commands write, and of files without a name.
func (c *Collector) folder() string {
	if c.results.folders() {
		return c.results.path
	}
	return c.options.Dir
}

// openRemoved makes a file and removes its name at once.
func openRemoved(dir string) (*spill, error) {
	for {
		name := filepath.Join(dir, "brood-output-"+strconv.FormatUint(rand.Uint64(), 36))
		f, err := os.OpenFile(name, os.O_RDWR|os.O_APPEND|os.O_CREATE|os.O_EXCL, 0o600)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		return &spill{File: f, remove: os.Remove(name) != nil}, nil
	}
}

// cause returns an error without the operation and the name, which the caller adds.
func cause(err error) error {
	if e := (*fs.PathError)(nil); errors.As(err, &e) {
		return e.Err
	}
	return err
}
