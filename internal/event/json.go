package event

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// wire is the JSON form of an event. File names are bytes, but JSON strings are Unicode. So a name that is not UTF-8
// is written twice, readable and exact. In other texts, which are for people, a byte that is not UTF-8 becomes U+FFFD.
type wire struct {
	plain
	FileBase64   []byte `json:"file_base64,omitempty"`
	SourceBase64 []byte `json:"source_base64,omitempty"`
	DestBase64   []byte `json:"dest_base64,omitempty"`

	SourcesBase64 [][]byte `json:"sources_base64,omitempty"`
}

type plain Event // without the methods of Event

// final is the JSON form of Finished, which has its numbers even when they are zero.
type final struct {
	wire
	Files    int     `json:"files"`
	Bytes    int64   `json:"bytes"`
	Duration float64 `json:"duration"`
}

// Write writes e as one line, with one call of w.Write. The line is safe to show on a terminal: it escapes every
// character that could move the cursor or change the direction of text.
func Write(w io.Writer, e Event) error { return NewWriter(w).Write(e) }

// Writer writes events one after another, each as Write does. It reuses the memory for a line.
type Writer struct {
	w       io.Writer
	line    bytes.Buffer
	encoder *json.Encoder
	out     final
}

// NewWriter returns a Writer to w.
func NewWriter(w io.Writer) *Writer {
	to := &Writer{w: w}
	to.encoder = json.NewEncoder(&to.line)
	to.encoder.SetEscapeHTML(false)
	return to
}

// Write writes e as one line.
func (w *Writer) Write(e Event) error {
	w.out = final{wire{plain: plain(e)}, e.Files, e.Bytes, e.Duration}
	out := &w.out.wire
	out.File, out.FileBase64 = Readable(e.File)
	out.Source, out.SourceBase64 = Readable(e.Source)
	out.Dest, out.DestBase64 = Readable(e.Dest)
	out.Sources, out.SourcesBase64 = e.Sources.readable()
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

// Harmless escapes the control characters in a line of JSON that encoding/json leaves: DEL, the C1 controls (U+009B
// begins a sequence, like ESC) and the characters that set the direction of text. JSON has them in strings only.
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

// Plain returns a name for people: unchanged when a reader can see its bytes, else quoted as in Go. It quotes control
// characters, characters that set the direction of text, and bytes that are not UTF-8.
func Plain(name string) string {
	if quoted := strconv.Quote(name); quoted != `"`+name+`"` {
		return quoted
	}
	return name
}

// readable returns the names as JSON strings can hold them, and the exact bytes of all where one differs.
func (names Paths) readable() (Paths, [][]byte) {
	if !slices.ContainsFunc(names, func(name string) bool { return !utf8.ValidString(name) }) {
		return names, nil
	}
	valid, exact := make(Paths, len(names)), make([][]byte, len(names))
	for i, name := range names {
		valid[i], _ = Readable(name)
		exact[i] = []byte(name)
	}
	return valid, exact
}

// Readable returns a name as a JSON string can hold it, and the exact bytes where the two differ.
func Readable(name string) (string, []byte) {
	if utf8.ValidString(name) {
		return name, nil
	}
	return strings.ToValidUTF8(name, "\ufffd"), []byte(name)
}
