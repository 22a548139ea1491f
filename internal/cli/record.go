package cli

import (
	"fmt"
	"os"

	"brood/internal/event"
	"brood/internal/filecopy"
	"brood/internal/plan"
	"brood/internal/view"
)

// recordFile is the file of --record; nil when there is none.
type recordFile struct {
	file   *os.File
	record *view.Record
}

func openRecord(name string, tree plan.Tree) (*recordFile, error) {
	if name != "" && tree.Holds(name) {
		return nil, fmt.Errorf("record %q: is inside the source", name)
	}
	return createRecord(name)
}

func createRecord(name string) (*recordFile, error) {
	if name == "" {
		return nil, nil
	}
	file, err := os.Create(name)
	if err != nil {
		return nil, fmt.Errorf("record %q: %w", name, filecopy.Cause(err))
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
	err := r.record.Err()
	if closeErr := r.file.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return fmt.Errorf("record %q is not whole: %w", r.file.Name(), filecopy.Cause(err))
	}
	return nil
}
