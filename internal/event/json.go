package event

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// wire is an event as JSON. Names are bytes, JSON strings are not: a name that
// is no UTF-8 is written twice, readable and exact. In other words, which are for
// people, a byte that is no UTF-8 becomes U+FFFD.
type wire struct {
	plain
	FileBase64   []byte `json:"file_base64,omitempty"`
	SourceBase64 []byte `json:"source_base64,omitempty"`
	DestBase64   []byte `json:"dest_base64,omitempty"`
}

type plain Event // without its methods

// final is Finished, whose numbers are there also when they are zero.
type final struct {
	wire
	Files    int     `json:"files"`
	Bytes    int64   `json:"bytes"`
	Duration float64 `json:"duration"`
}

// Write writes e as one line, in one call. Whoever looks at it on a terminal sees
// what it says: what could move the cursor or turn the text round is escaped.
func Write(w io.Writer, e Event) error { return NewWriter(w).Write(e) }

// Writer writes one event after another, as Write does each, and needs memory for one line.
type Writer struct {
	w       io.Writer
	line    bytes.Buffer
	encoder *json.Encoder
	out     final
}

// NewWriter writes to w.
func NewWriter(w io.Writer) *Writer {
	to := &Writer{w: w}
	to.encoder = json.NewEncoder(&to.line)
	to.encoder.SetEscapeHTML(false)
	return to
}

// Write writes e.
func (w *Writer) Write(e Event) error {
	w.out = final{wire{plain: plain(e)}, e.Files, e.Bytes, e.Duration}
	out := &w.out.wire
	out.File, out.FileBase64 = Readable(e.File)
	out.Source, out.SourceBase64 = Readable(e.Source)
	out.Dest, out.DestBase64 = Readable(e.Dest)
	var value any = out
	if e.Totals != nil {
		value = &w.out
	}
	w.line.Reset()
	if err := w.encoder.Encode(value); err != nil {
		return fmt.Errorf("encode event: %w", err)
	}
	_, err := w.w.Write(Harmless(w.line.Bytes()))
	return err
}

// Harmless escapes in a line of JSON what encoding/json leaves of DEL, the C1 controls (U+009B begins
// a sequence, as ESC does) and what sets the direction of text. JSON has those
// in strings only.
func Harmless(line []byte) []byte {
	if !bytes.ContainsFunc(line, isHostile) {
		return line
	}
	var out []byte
	for _, r := range string(line) {
		if isHostile(r) {
			out = fmt.Appendf(out, `\u%04x`, r)
		} else {
			out = utf8.AppendRune(out, r)
		}
	}
	return out
}

func isHostile(r rune) bool {
	return r >= 0x7f && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r))
}

// Plain is a name as it is, or quoted as Go does it when a reader would not see which bytes it has, or it
// could move the cursor: of control characters, of what sets the direction of text, of bytes that are no UTF-8.
func Plain(name string) string {
	if quoted := strconv.Quote(name); quoted != `"`+name+`"` {
		return quoted
	}
	return name
}

// Readable is a name as a JSON string can hold it, and, where that is not the same, its bytes.
func Readable(name string) (string, []byte) {
	if utf8.ValidString(name) {
		return name, nil
	}
	return strings.ToValidUTF8(name, "\ufffd"), []byte(name)
}

// Reader reads events from JSON Lines.
type Reader struct{ lines *bufio.Reader }

// maxLine is in bytes, more than any event takes: what is longer was written by
// somebody else, who must not have the reader keep it.
const maxLine = 1 << 20

var errTooLong = fmt.Errorf("longer than %d bytes", maxLine)

// NewReader reads from r.
func NewReader(r io.Reader) *Reader { return &Reader{bufio.NewReader(r)} }

// Next reads one event; io.EOF at the end, io.ErrUnexpectedEOF in the middle of
// a line. A line that is no event, or is longer than 1 MiB, is a SyntaxError that
// shows how it begins; the one after it can be read.
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
			return l.event()
		}
	}
}

// Pieces reads events from JSON Lines that come in pieces, cut anywhere. The zero
// value is at the beginning; between two lines it keeps nothing.
type Pieces struct{ line line }

// Read has take called for each line that the piece completes, with an event or, as
// by [Reader.Next], a SyntaxError.
func (p *Pieces) Read(piece []byte, take func(Event, error)) {
	for part := range bytes.Lines(piece) {
		p.line.add(part)
		if part[len(part)-1] == '\n' {
			take(p.line.event())
			p.line = line{}
		}
	}
}

// line is one that comes part by part. Of one that is too long only the beginning is kept.
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

func (l *line) event() (Event, error) {
	if l.tooLong {
		return Event{}, &SyntaxError{l.text, errTooLong}
	}
	var in wire
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
	return e, nil
}

// shown is how many bytes a SyntaxError shows.
const shown = 80

// SyntaxError is a line that is no event.
type SyntaxError struct {
	Line []byte
	Err  error
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("no event: %.*q: %v", shown, e.Line, e.Err)
}

func (e *SyntaxError) Unwrap() error { return e.Err }
