package run

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"brood/internal/event"
	"brood/internal/filecopy"
	"brood/internal/plan"
	"brood/internal/report"
	"brood/internal/status"
	"brood/internal/view"
)

// Files are the names of files that a run writes beside the copies: "" for none, Stdout for standard output.
type Files struct {
	Record, Checksums, Report, Joblog string
	SVG, Trace                        string // of the time line
	Lang                              string // of the report and the picture
	Continue                          bool   // the joblog goes on where it ends
}

// Stdout is the name of standard output, or input, where a file is wanted.
const Stdout = "-"

// OnStdout reports whether one of the files is standard output. Then nothing else is written there.
func (f Files) OnStdout() bool {
	return slices.Contains([]string{f.Record, f.Checksums, f.Report, f.Joblog, f.SVG, f.Trace}, Stdout)
}

// Outputs are these files while they are written.
type Outputs []*outputFile

// outputFile is one of them.
type outputFile struct {
	flag, name string
	to         io.Writer
	file       *os.File // what to is, nil for standard output
	goesOn     bool     // the file is not truncated
	view       interface {
		Read(event.Event)
		Err() error
	}
}

// openOutputs creates the files of a run. They must not lie in its source.
func openOutputs(spec *Spec, tree plan.Tree, stdout io.Writer) (Outputs, error) {
	f := spec.Files
	for _, o := range []struct{ flag, name string }{
		{"--record", f.Record}, {"--checksums", f.Checksums}, {"--report", f.Report},
	} {
		if o.name == "" || o.name == Stdout || spec.Command != nil { // a command has no folder as its source
			continue
		}
		if err := outside(tree, o.flag, o.name, spec.Stall); err != nil {
			return nil, err
		}
	}
	return Create(f, stdout)
}

// outside returns an error for a file that would be written into the source.
func outside(tree plan.Tree, flag, name string, stall time.Duration) error {
	switch inside, err := tree.Holds(name, stall); {
	case err != nil:
		return fmt.Errorf("%s: %w", flag, err)
	case inside:
		return fmt.Errorf("%s %q: is inside the source", flag, name)
	}
	return nil
}

// Create creates the files, which must be different ones.
func Create(files Files, stdout io.Writer) (all Outputs, err error) {
	for _, f := range []struct {
		flag, name string
		attach     func(*outputFile) error
	}{
		{"--record", files.Record, (*outputFile).writeRecord},
		{"--checksums", files.Checksums, (*outputFile).writeChecksums},
		{"--report", files.Report, func(o *outputFile) error {
			return o.writeAtEnd(func(w io.Writer, t *status.Timeline) error { return report.HTML(w, t, files.Lang) })
		}},
		{"--svg", files.SVG, func(o *outputFile) error {
			return o.writeAtEnd(func(w io.Writer, t *status.Timeline) error { return view.SVG(w, t, files.Lang) })
		}},
		{"--trace", files.Trace, func(o *outputFile) error { return o.writeAtEnd(view.Trace) }},
		{"--joblog", files.Joblog, func(o *outputFile) error { return o.writeJoblog(files.Continue) }},
	} {
		if f.name == "" {
			continue
		}
		for _, other := range all {
			if f.name == other.name || SameFile(f.name, other.name) {
				err := fmt.Errorf("%s %q: is also the file of %s", f.flag, f.name, other.flag)
				return nil, errors.Join(err, all.Close())
			}
		}
		o := &outputFile{flag: f.flag, name: f.name, to: stdout, goesOn: files.Continue && f.flag == "--joblog"}
		err := o.open()
		if err == nil {
			err = f.attach(o)
		}
		if err != nil {
			o.file.Close() // its own error is no news
			return nil, errors.Join(fmt.Errorf("%s %q: %w", f.flag, f.name, filecopy.Cause(err)), all.Close())
		}
		all = append(all, o)
	}
	return all, nil
}

// SameFile tells whether two names lead to the same existing file.
func SameFile(a, b string) bool {
	infoA, errA := os.Stat(a)
	infoB, errB := os.Stat(b)
	return errors.Join(errA, errB) == nil && os.SameFile(infoA, infoB)
}

// Read writes one event of the stream.
func (all Outputs) Read(e event.Event) {
	for _, o := range all {
		o.view.Read(e)
	}
}

// Hold is for Stream.Hold: each record takes the events that came together in one write.
func (all Outputs) Hold(held bool) {
	for _, o := range all {
		if record, ok := o.view.(interface{ Hold(bool) }); ok {
			record.Hold(held)
		}
	}
}

// Close completes the files, and returns an error for each incomplete one.
func (all Outputs) Close() (err error) {
	for _, o := range all {
		err = errors.Join(err, o.close())
	}
	return err
}

// open creates the file, unless it is standard output.
func (o *outputFile) open() (err error) {
	if o.name == Stdout {
		return nil
	}
	// Only for writing: with a pipe open for reading as well, we would not learn that its reader is gone.
	flags := os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	if o.goesOn {
		flags = os.O_WRONLY | os.O_CREATE | os.O_APPEND
	}
	if o.file, err = os.OpenFile(o.name, flags, 0o666); err == nil {
		o.to = o.file
	}
	return err
}

func (o *outputFile) close() error {
	err := o.view.Err()
	if o.file != nil {
		if closeErr := o.file.Close(); err == nil {
			err = closeErr
		}
	}
	if err != nil {
		return fmt.Errorf("%s %q is incomplete: %w", o.flag, o.name, filecopy.Cause(err))
	}
	return nil
}

func (o *outputFile) writeRecord() error {
	o.view = view.NewRecord(o.to)
	return nil
}

func (o *outputFile) writeChecksums() error {
	o.view = view.NewChecksums(o.to)
	return nil
}

func (o *outputFile) writeJoblog(goesOn bool) error {
	info, err := os.Stat(o.name)
	o.view = view.NewJoblog(o.to, goesOn && err == nil && info.Size() > 0)
	return nil
}

func (o *outputFile) writeAtEnd(draw func(io.Writer, *status.Timeline) error) error {
	events, err := os.CreateTemp("", "brood-report-*.jsonl")
	if err != nil {
		return err
	}
	os.Remove(events.Name()) // so that nothing is left behind; where an open file cannot be removed, Err does it
	o.view = &drawnAtEnd{view.NewRecord(events), events, o.to, draw}
	return nil
}

// drawnAtEnd draws a run once it is over. Until then its events are in a file, not in memory, however many there are.
type drawnAtEnd struct {
	*view.Record
	events *os.File
	to     io.Writer
	draw   func(io.Writer, *status.Timeline) error
}

// Err draws the run, and returns why the drawing is incomplete.
func (r *drawnAtEnd) Err() error {
	defer os.Remove(r.events.Name())
	defer r.events.Close()
	if err := r.Record.Err(); err != nil {
		return err
	}
	if _, err := r.events.Seek(0, io.SeekStart); err != nil {
		return err
	}
	var timeline status.Timeline
	var part *event.Part // the run could not begin
	err := event.ReadRun(r.events, timeline.Apply)
	if err != nil && !errors.As(err, &part) && !errors.Is(err, event.ErrNoRecord) {
		return err
	}
	return r.draw(r.to, &timeline)
}
