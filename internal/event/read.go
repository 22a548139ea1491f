package event

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// Reader reads events from JSON Lines. It translates a record of version 1 into this Version.
type Reader struct {
	lines *bufio.Reader
	decoder
}

// maxLine is the longest line that is read, in bytes. The longest event is a Begun with as many sources as a command
// line holds, 6 MiB on Linux. A longer line was written by another program, which must not make the reader keep it in
// memory.
const maxLine = 8 << 20

// NewReader returns a Reader from r.
func NewReader(r io.Reader) *Reader { return &Reader{lines: bufio.NewReader(r)} }

// Next reads one event. The error is io.EOF at the end, and io.ErrUnexpectedEOF in the middle of a line. A line that
// is not an event, or is longer than 8 MiB, is a SyntaxError that shows its beginning. The next call reads the line
// after it.
func (r *Reader) Next() (Event, error) {
	var l line
	for {
		part, err := r.lines.ReadSlice('\n')
		l.add(part)
		switch {
		case err == bufio.ErrBufferFull:
		case err == io.EOF && len(l.text) > 0:
			return Event{}, io.ErrUnexpectedEOF
		case err != nil:
			return Event{}, err
		default:
			return r.decode(l)
		}
	}
}

// Pieces reads events from JSON Lines that come in pieces, cut anywhere. The zero value is at the beginning of a
// record. Between two lines it keeps no memory. It translates like Reader.
type Pieces struct {
	line line
	decoder
}

// Read calls take for each line that the piece completes, with an event or with an error as from [Reader.Next].
func (p *Pieces) Read(piece []byte, take func(Event, error)) {
	for part := range bytes.Lines(piece) {
		p.line.add(part)
		if part[len(part)-1] == '\n' {
			take(p.decode(p.line))
			p.line = line{}
		}
	}
}

// line is a line that comes in parts. Of a line that is too long it keeps only the beginning.
type line struct {
	text    []byte
	tooLong bool
}

func (l *line) add(part []byte) {
	if l.tooLong = l.tooLong || len(l.text)+len(part) > maxLine; l.tooLong {
		l.text = l.text[:min(len(l.text), shown)]
		return
	}
	l.text = append(l.text, part...)
}

// decoder turns the lines of a record into events.
type decoder struct {
	first bool // the record is of version 1, by its last Begun
}

func (d *decoder) decode(l line) (Event, error) {
	if l.tooLong {
		return Event{}, &SyntaxError{l.text, fmt.Errorf("longer than %d bytes", maxLine)}
	}
	var in struct {
		wire
		only1
	}
	if err := json.Unmarshal(l.text, &in); err != nil {
		return Event{}, &SyntaxError{bytes.TrimSuffix(l.text, []byte("\n")), err}
	}
	e := Event(in.plain)
	for _, name := range []struct {
		to    *string
		exact []byte
	}{{&e.File, in.FileBase64}, {&e.Source, in.SourceBase64}, {&e.Dest, in.DestBase64}} {
		if name.exact != nil {
			*name.to = string(name.exact)
		}
	}
	for _, names := range []struct {
		to    Paths
		exact [][]byte
	}{{e.Sources, in.SourcesBase64}, {e.Command, in.CommandBase64}, {e.Inputs, in.InputsBase64}} {
		for i, exact := range names.exact[:min(len(names.exact), len(names.to))] {
			names.to[i] = string(exact)
		}
	}
	if e.Kind == Begun {
		d.first = e.Version == 1
	}
	if d.first {
		e = from1(e, in.only1)
	}
	return e, nil
}

// shown is how many bytes of a line a SyntaxError shows.
const shown = 80

// SyntaxError is the error of a line that is not an event.
type SyntaxError struct {
	Line []byte // its beginning
	Err  error
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("not an event: %.*q: %v", shown, e.Line, e.Err)
}

func (e *SyntaxError) Unwrap() error { return e.Err }
