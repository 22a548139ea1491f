package event

import (
	"fmt"
	"io"
)

// Write writes e as one line, with one call of w.Write. The line is safe to show on a terminal: it escapes every
// character that could move the cursor or change the direction of text.
func Write(w io.Writer, e Event) error { return NewWriter(w).Write(e) }

// Writer writes events one after another, each as Write does. Several can go together: Add them, and then Flush. It
// reuses the memory for the lines.
type Writer struct {
	w     io.Writer
	lines []byte // not written yet
}

// NewWriter returns a Writer to w.
func NewWriter(w io.Writer) *Writer { return &Writer{w: w} }

// Write writes e, after the events that wait.
func (w *Writer) Write(e Event) error {
	if err := w.Add(e); err != nil {
		return err
	}
	return w.Flush()
}

// Add keeps the line of e until Flush. An error means that e has no line; other events are not affected.
func (w *Writer) Add(e Event) error {
	lines, err := appendEvent(w.lines, &e)
	if err != nil {
		return fmt.Errorf("encode event: %w", err)
	}
	w.lines = lines
	return nil
}

// Waiting returns how many bytes wait for Flush.
func (w *Writer) Waiting() int { return len(w.lines) }

// Flush writes the lines that wait, with one call of w.Write; without any it does nothing. After an error they are
// lost.
func (w *Writer) Flush() error {
	if len(w.lines) == 0 {
		return nil
	}
	lines := w.lines
	w.lines = w.lines[:0]
	_, err := w.w.Write(lines)
	return err
}
