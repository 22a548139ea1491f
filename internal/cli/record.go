package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"brood/internal/event"
	"brood/internal/plan"
	"brood/internal/view"
)

// recordFile is the file of --record; nil when there is none.
type recordFile struct {
	file   *os.File
	record *view.Record
}

func openRecord(name string, tree plan.Tree) (*recordFile, error) {
	if name == "" {
		return nil, nil
	}
	if tree.Holds(name) {
		return nil, fmt.Errorf("record %q: is inside the source", name)
	}
	file, err := os.Create(name)
	var path *fs.PathError
	if errors.As(err, &path) {
		return nil, fmt.Errorf("record %q: %w", name, path.Err)
	}
	if err != nil {
		return nil, fmt.Errorf("record %q: %w", name, err)
	}
	return &recordFile{file, view.NewRecord(file)}, nil
}

func (r *recordFile) read(e event.Event) {
	if r != nil {
		r.record.Read(e)
	}
}

// close returns why the record is not whole.
func (r *recordFile) close() error {
	if r == nil {
		return nil
	}
	if err := errors.Join(r.record.Err(), r.file.Close()); err != nil {
		return fmt.Errorf("record is not whole: %w", err)
	}
	return nil
}
