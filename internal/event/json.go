package event

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// wire is the JSON form of an event. Only reading uses it. File names are bytes, but JSON strings are Unicode. So a name
// that is not UTF-8 is written twice, readable and exact. In other texts, which are for people, a byte that is not UTF-8
// becomes U+FFFD.
type wire struct {
	plain
	FileBase64   []byte `json:"file_base64,omitempty"`
	SourceBase64 []byte `json:"source_base64,omitempty"`
	DestBase64   []byte `json:"dest_base64,omitempty"`

	SourcesBase64 [][]byte `json:"sources_base64,omitempty"`
	CommandBase64 [][]byte `json:"command_base64,omitempty"`
	InputsBase64  [][]byte `json:"inputs_base64,omitempty"`
}

type plain Event // without the methods of Event

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

// Readable returns a name as a JSON string can hold it, and the exact bytes where the two differ.
func Readable(name string) (string, []byte) {
	if utf8.ValidString(name) {
		return name, nil
	}
	return valid(name), []byte(name)
}

func valid(name string) string { return strings.ToValidUTF8(name, "\ufffd") }
