package view

import (
	"io"

	"brood/internal/event"
)

// Record writes each event as a line of JSON. It stops at the first error, and Err returns that error.
type Record struct {
	w    *event.Writer
	held bool
	err  error
}

// NewRecord makes a record that writes to w.
func NewRecord(w io.Writer) *Record { return &Record{w: event.NewWriter(w)} }

// Read writes an event. It is a reader of a Stream.
func (r *Record) Read(e event.Event) {
	if r.err != nil {
		return
	}
	if r.err = r.w.Add(e); !r.held {
		r.flush()
	}
}

// Hold writes the events that wait. While held is true, later ones wait for the next Hold. It is for Stream.Hold.
func (r *Record) Hold(held bool) {
	r.held = held
	r.flush()
}

func (r *Record) flush() {
	if err := r.w.Flush(); r.err == nil {
		r.err = err
	}
}

// Err returns the error that made the record incomplete, or nil.
func (r *Record) Err() error { return r.err }
