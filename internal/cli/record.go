package cli

import (
	"errors"
	"fmt"
	"os"

	"brood/internal/event"
	"brood/internal/filecopy"
	"brood/internal/plan"
	"brood/internal/view"
)

// written is a file that a view of the events writes, of --record or --checksums;
// nil when there is none.
type written struct {
	what string
	file *os.File
	view interface {
		Read(event.Event)
		Err() error
	}
}

// openFiles makes those of a run, which are not to be where it reads from.
func openFiles(opts options, tree plan.Tree) (record, checksums *written, err error) {
	for what, name := range map[string]string{"record": opts.record, "checksums": opts.checksums} {
		if name == "" {
			continue
		}
		switch inside, err := tree.Holds(name, opts.plan.Stall); {
		case err != nil:
			return nil, nil, fmt.Errorf("%s: %w", what, err)
		case inside:
			return nil, nil, fmt.Errorf("%s %q: is inside the source", what, name)
		}
	}
	if record, err = createRecord(opts.record); err != nil {
		return nil, nil, err
	}
	if sameFile(opts.record, opts.checksums) {
		return nil, nil, errors.Join(fmt.Errorf("checksums %q: is the record, too", opts.checksums), record.close())
	}
	if checksums, err = createChecksums(opts.checksums); err != nil {
		return nil, nil, errors.Join(err, record.close())
	}
	return record, checksums, nil
}

func createRecord(name string) (*written, error) {
	w, err := create("record", name)
	if w != nil {
		w.view = view.NewRecord(w.file)
	}
	return w, err
}

func createChecksums(name string) (*written, error) {
	w, err := create("checksums", name)
	if w != nil {
		w.view = view.NewChecksums(w.file)
	}
	return w, err
}

func create(what, name string) (*written, error) {
	if name == "" {
		return nil, nil
	}
	// For writing alone: who could read from a pipe would not learn that its reader is gone.
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666)
	if err != nil {
		return nil, fmt.Errorf("%s %q: %w", what, name, filecopy.Cause(err))
	}
	return &written{what: what, file: file}, nil
}

func (w *written) read(e event.Event) {
	if w != nil {
		w.view.Read(e)
	}
}

// close returns why the file is not whole.
func (w *written) close() error {
	if w == nil {
		return nil
	}
	err := w.view.Err()
	if closeErr := w.file.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return fmt.Errorf("%s %q is not whole: %w", w.what, w.file.Name(), filecopy.Cause(err))
	}
	return nil
}
