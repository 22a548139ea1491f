package event

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
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
func Write(w io.Writer, e Event) error {
	out := wire{plain: plain(e)}
	out.File, out.FileBase64 = readable(e.File)
	out.Source, out.SourceBase64 = readable(e.Source)
	out.Dest, out.DestBase64 = readable(e.Dest)
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	var value any = out
	if e.Totals != nil {
		value = final{out, e.Files, e.Bytes, e.Duration}
	}
	if err := encoder.Encode(value); err != nil {
		return fmt.Errorf("encode event: %w", err)
	}
	_, err := w.Write(harmless(line.Bytes()))
	return err
}

// harmless escapes what encoding/json leaves of DEL, the C1 controls (U+009B begins
// a sequence, as ESC does) and what sets the direction of text. JSON has those
// in strings only.
func harmless(line []byte) []byte {
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

func readable(name string) (string, []byte) {
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

// NewReader reads from r with a buffer of 256 bytes, since there is one reader for
// each child; a longer line only takes more for a moment.
func NewReader(r io.Reader) *Reader { return &Reader{bufio.NewReaderSize(r, 256)} }

// More waits until there is something to read, and tells whether there is.
func (r *Reader) More() bool {
	_, err := r.lines.Peek(1)
	return err == nil
}

// Next reads one event; io.EOF at the end, io.ErrUnexpectedEOF in the middle of
// a line. A line that is no event, or is longer than 1 MiB, is a SyntaxError that
// shows how it begins; the one after it can be read.
func (r *Reader) Next() (Event, error) {
	line, err := r.line()
	switch {
	case err == errTooLong:
		return Event{}, &SyntaxError{line, err}
	case err == io.EOF && len(line) > 0:
		return Event{}, io.ErrUnexpectedEOF
	case err != nil:
		return Event{}, err
	}
	var in wire
	if err := json.Unmarshal(line, &in); err != nil {
		return Event{}, &SyntaxError{bytes.TrimSuffix(line, []byte("\n")), err}
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

// line reads one line. Of one that is too long it returns the beginning.
func (r *Reader) line() (line []byte, err error) {
	tooLong := false
	for {
		part, err := r.lines.ReadSlice('\n')
		switch tooLong = tooLong || len(line)+len(part) > maxLine; {
		case tooLong:
			line = line[:min(len(line), shown)]
		default:
			line = append(line, part...)
		}
		if err == bufio.ErrBufferFull {
			continue
		}
		if err == nil && tooLong {
			err = errTooLong
		}
		return line, err
	}
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
