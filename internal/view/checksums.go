package view

import (
	"io"
	"strings"

	"brood/internal/event"
)

// Checksums writes a list for `xxhsum -c`, `b3sum -c`, `sha256sum -c` or `md5sum -c`. It has a line for each event
// with a digest. The names are relative to the destination, so the check runs in that folder. Checksums stops at the
// first error, and Err returns that error.
//
// Some tools cannot read some names. They exit with a status other than 0:
//
//   - xxhsum before 0.8.2: a newline
//   - coreutils before 9.0, b3sum before 1.5.5: a carriage return at the end of a name, or beside a newline
//   - b3sum: bytes that are no UTF-8, or U+FFFD; it may not read the rest of the list
type Checksums struct {
	w   io.Writer
	err error
}

// NewChecksums makes a list that writes to w.
func NewChecksums(w io.Writer) *Checksums { return &Checksums{w: w} }

// Read writes the line of an event with a digest. It is a reader of a Stream.
func (c *Checksums) Read(e event.Event) {
	if c.err != nil || e.Digest == "" || e.Kind != event.Copied && e.Kind != event.Verified {
		return
	}
	_, c.err = io.WriteString(c.w, checksum(e))
}

// Err returns the error that made the list incomplete, or nil.
func (c *Checksums) Err() error { return c.err }

var escapes = strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\r", `\r`)

// checksum returns the line of an event. A backslash at its beginning means that the name is escaped.
//
// The tools themselves escape more names than necessary, and newer versions more than older ones can read. All
// tools can read a plain name, even tools without escapes, if it has no line end in it. A line end is a newline,
// or, except for xxhsum, a carriage return before the newline that ends the line.
func checksum(e event.Event) string {
	name := e.File
	if name == "-" {
		name = "./-" // "-" would mean standard input
	}
	if strings.Contains(name, "\n") || strings.HasSuffix(name, "\r") && !strings.HasPrefix(e.Hash, "xxh") {
		return `\` + e.Digest + "  " + escapes.Replace(name) + "\n"
	}
	return e.Digest + "  " + name + "\n"
}
