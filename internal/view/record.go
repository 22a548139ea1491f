package view

import (
	"io"

	"brood/internal/event"
)

// Record writes each event as a line of JSON. After the first error it writes no
// more; Err tells that error.
type Record struct {
	w   *event.Writer
	err error
}

// NewRecord makes a record that writes to w.
func NewRecord(w io.Writer) *Record { return &Record{w: event.NewWriter(w)} }

// Read takes an event; a Stream's reader.
func (r *Record) Read(e event.Event) {
	if r.err == nil {
		r.err = r.w.Write(e)
	}
}

// Err is why the record is not whole, nil when it is.
func (r *Record) Err() error { return r.err }
