package event

import (
	"errors"
	"fmt"
	"io"
)

// ErrNoRecord is the error of what is no record of a run.
var ErrNoRecord = errors.New("is no record of a run")

// Part says that only a part of a record could be read, and why.
type Part struct {
	Events int // that were read
	Lines  int // that were none, and were passed over
	Why    string
}

func (p *Part) Error() string {
	return fmt.Sprintf("only a part could be read, %d events: %s", p.Events, p.Why)
}

// ReadRun reads the record of one run, and has take called for each event. The error is
// ErrNoRecord when it begins with something else, one that tells both versions when it
// is of a newer one, a *Part when it is cut off or has what does not belong to it, after
// all that could be read was taken, or that of reading.
func ReadRun(r io.Reader, take func(Event)) error {
	reader, run := NewReader(r), run{take: take}
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

// CheckVersion is an error, with both versions, for the begun of a record that this brood would misread.
func CheckVersion(e Event) error {
	if e.Kind == Begun && e.Version > Version {
		return fmt.Errorf("is of version %d, and this brood reads version %d", e.Version, Version)
	}
	return nil
}

// run is one that is being read.
type run struct {
	take     func(Event)
	part     Part
	finished bool
}

// read takes one event, and tells whether it belongs to another run.
func (r *run) read(e Event) (done bool, err error) {
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

// end is the error of a record that ends in this way; "" is how it should.
func (r *run) end(why string) error {
	switch {
	case r.part.Events == 0:
		return ErrNoRecord
	case why == "" && r.part.Lines == 0:
		return nil
	case why == "":
		why = fmt.Sprintf("lines that are no events: %d", r.part.Lines)
	case r.part.Lines > 0:
		why += fmt.Sprintf("; lines that are no events: %d", r.part.Lines)
	}
	r.part.Why = why
	return &r.part
}
