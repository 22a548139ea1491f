package view

import (
	"io"
	"strings"

	"brood/internal/event"
)

// Checksums writes what `xxhsum -c`, `b3sum -c`, `sha256sum -c` and `md5sum -c`
// read: a line for each file whose digest an event tells. The names are relative to
// the destination, so the check is run there. After the first error it writes no
// more; Err tells that error.
//
// Some names cannot be read back by some tools, which then end with a status that
// is not 0: a newline by xxhsum before 0.8.2; a carriage return that ends a name, or
// is in one with a newline, by coreutils before 9.0 and b3sum before 1.5.5; what is no
// UTF-8, or holds U+FFFD, by any b3sum, which may read no further then.
type Checksums struct {
	w   io.Writer
	err error
}

// NewChecksums makes a list that is written to w.
func NewChecksums(w io.Writer) *Checksums { return &Checksums{w: w} }

// Read takes an event; a Stream's reader.
func (c *Checksums) Read(e event.Event) {
	if c.err != nil || e.Digest == "" || e.Kind != event.Copied && e.Kind != event.Verified {
		return
	}
	_, c.err = io.WriteString(c.w, checksum(e))
}

// Err is why the list is not whole, nil when it is.
func (c *Checksums) Err() error { return c.err }

var escapes = strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\r", `\r`)

// checksum is an event's line. A backslash before it says that the name is escaped.
// The tools themselves escape more than they have to, and newer versions more than
// older ones can read. A name as it is can be read by all of them, and by tools that
// know no escapes, unless it has a line's end: a newline, or for all but xxhsum a
// carriage return before the newline that follows.
func checksum(e event.Event) string {
	name := e.File
	if name == "-" {
		name = "./-" // alone it is standard input
	}
	if strings.Contains(name, "\n") || strings.HasSuffix(name, "\r") && !strings.HasPrefix(e.Hash, "xxh") {
		return `\` + e.Digest + "  " + escapes.Replace(name) + "\n"
	}
	return e.Digest + "  " + name + "\n"
}
