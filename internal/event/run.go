package event

import (
	"errors"
	"fmt"
	"io"
)

// ErrNoRecord is the error of a file that is not a record of a run.
var ErrNoRecord = errors.New("is no record of a run")

// Part is the error of a record that could be read only in part.
type Part struct {
	Events int    // that were read
	Lines  int    // that are not events and were skipped
	Why    string // it could not all be read
}

func (p *Part) Error() string {
	return fmt.Sprintf("only a part could be read, %d events: %s", p.Events, p.Why)
}

// ReadRun reads the record of one run and calls take for each event. Errors of reading r are returned as they are. It
// returns ErrNoRecord when r begins with something else. For a record of a newer version the error names both
// versions. For a record that is cut off or has foreign lines it returns a *Part, after take got every readable event.
func ReadRun(r io.Reader, take func(Event)) error {
	reader, run := NewReader(r), reading{take: take}
	for {
		e, err := reader.Next()
		var syntax *SyntaxError
		switch {
		case err == io.EOF:
			if run.finished {
				return run.end("")
			}
			return run.end("it has no end: the run was killed, or is under way")
		case err == io.ErrUnexpectedEOF:
			return run.end("it is cut off in the middle of a line")
		case errors.As(err, &syntax):
			if run.part.Events == 0 {
				return ErrNoRecord
			}
			run.part.Lines++
		case err != nil:
			return err
		default:
			if done, err := run.read(e); done || err != nil {
				return err
			}
		}
	}
}

// CheckVersion returns an error, with both versions, for the Begun of a record that this brood would misread.
func CheckVersion(e Event) error {
	if e.Kind == Begun && e.Version > TraceVersion {
		return fmt.Errorf("is of version %d, and this brood reads version %d", e.Version, TraceVersion)
	}
	return nil
}

// reading is the state of ReadRun.
type reading struct {
	take     func(Event)
	part     Part
	finished bool
}

// read takes one event. done means that the event belongs to another run.
func (r *reading) read(e Event) (done bool, err error) {
	switch {
	case e.Kind == "" || r.part.Events == 0 && e.Kind != Begun:
		if r.part.Events == 0 {
			return true, ErrNoRecord
		}
		r.part.Lines++
		return false, nil
	case CheckVersion(e) != nil:
		return true, CheckVersion(e)
	case e.Kind == Begun && r.part.Events > 0:
		return true, r.end("another run begins after it")
	}
	r.part.Events++
	r.finished = r.finished || e.Kind == Finished
	r.take(e)
	return false, nil
}

// end returns the error of a record that ends in this way; why is "" for the right one.
func (r *reading) end(why string) error {
	switch {
	case r.part.Events == 0:
		return ErrNoRecord
	case why == "" && r.part.Lines == 0:
		return nil
	case why == "":
		why = fmt.Sprintf("lines that are not events: %d", r.part.Lines)
	case r.part.Lines > 0:
		why += fmt.Sprintf("; lines that are not events: %d", r.part.Lines)
	}
	r.part.Why = why
	return &r.part
}
