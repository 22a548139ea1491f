package output

import (
	"errors"
	"io/fs"
)

// folder returns the folder of the files that commands write, and of temporary files.
func (c *Collector) folder() string {
	if c.results.folders() {
		return c.results.path
	}
	return c.options.Dir
}

// cause returns an error without the operation and the name, which the caller adds.
func cause(err error) error {
	if e := (*fs.PathError)(nil); errors.As(err, &e) {
		return e.Err
	}
	return err
}
