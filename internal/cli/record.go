package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"brood/internal/event"
	"brood/internal/filecopy"
	"brood/internal/plan"
	"brood/internal/report"
	"brood/internal/status"
	"brood/internal/view"
)

// written is a file that a view of the events writes, of --record, --checksums or --report;
// nil when there is none.
type written struct {
	what string
	file *os.File
	view interface {
		Read(event.Event)
		Err() error
	}
}

// outputs are those of a run.
type outputs []*written

func (o outputs) read(e event.Event) {
	for _, w := range o {
		w.read(e)
	}
}

// close returns why one or another is not whole.
func (o outputs) close() (err error) {
	for _, w := range o {
		err = errors.Join(err, w.close())
	}
	return err
}

// openOutputs makes the files that a run writes beside the copies, which are not to be where it reads from.
func openOutputs(opts options, tree plan.Tree) (outputs, error) {
	asked := []output{
		{"record", opts.record, createRecord},
		{"checksums", opts.checksums, createChecksums},
		{"report", opts.report, reportIn(systemLang(os.Getenv))},
	}
	for _, a := range asked {
		if a.name == "" {
			continue
		}
		if err := outside(tree, a.what, a.name, opts.plan.Stall); err != nil {
			return nil, err
		}
	}
	return makeOutputs(asked)
}

// outside is an error for what would be written where it is read from.
func outside(tree plan.Tree, what, name string, stall time.Duration) error {
	switch inside, err := tree.Holds(name, stall); {
	case err != nil:
		return fmt.Errorf("%s: %w", what, err)
	case inside:
		return fmt.Errorf("%s %q: is inside the source", what, name)
	}
	return nil
}

// output is one that may be asked for; name is "" where it is not.
type output struct {
	what, name string
	make       func(name string) (*written, error)
}

// makeOutputs makes those that are asked for, which are to be different files.
func makeOutputs(asked []output) (all outputs, err error) {
	for _, a := range asked {
		for _, other := range all {
			if other != nil && sameFile(a.name, other.file.Name()) {
				return nil, errors.Join(fmt.Errorf("%s %q: is the %s, too", a.what, a.name, other.what), all.close())
			}
		}
		w, err := a.make(a.name)
		if err != nil {
			return nil, errors.Join(err, all.close())
		}
		all = append(all, w)
	}
	return all, nil
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

// drawnAtEnd is the report of a run. Its events are kept in a file until then, not in memory, however many they are.
type drawnAtEnd struct {
	*view.Record
	events *os.File
	to     io.Writer
	lang   string
}

// reportIn makes one in that language.
func reportIn(lang string) func(name string) (*written, error) {
	return func(name string) (*written, error) { return createReport(name, lang) }
}

func createReport(name, lang string) (*written, error) {
	w, err := create("report", name)
	if w == nil {
		return nil, err
	}
	events, err := os.CreateTemp("", "brood-report-*.jsonl")
	if err != nil {
		return nil, errors.Join(fmt.Errorf("report %q: %w", name, filecopy.Cause(err)), w.file.Close())
	}
	os.Remove(events.Name()) // so that nothing is left, whatever comes; where it cannot be removed yet, it is at the end
	w.view = &drawnAtEnd{view.NewRecord(events), events, w.file, lang}
	return w, nil
}

// Err draws it, and returns why it is not whole.
func (d *drawnAtEnd) Err() error {
	defer os.Remove(d.events.Name())
	defer d.events.Close()
	if err := d.Record.Err(); err != nil {
		return err
	}
	if _, err := d.events.Seek(0, io.SeekStart); err != nil {
		return err
	}
	var run status.Timeline
	var part *event.Part // of a run that could not begin
	if err := event.ReadRun(d.events, run.Apply); err != nil && !errors.As(err, &part) && !errors.Is(err, event.ErrNoRecord) {
		return err
	}
	return report.HTML(d.to, &run, d.lang)
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
