package output

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"
)

// destination is Options.Out or Options.Err.
type destination struct {
	file   *os.File
	broken *bool // what was written last does not end a line
	aside  func(write func())
	err    error
}

// destinations returns both. If they are the same file, such as a terminal, a line of one may break one of the other.
func destinations(o Options) [2]*destination {
	a, b := &destination{file: o.Out, broken: new(bool)}, &destination{file: o.Err, broken: new(bool), aside: o.Aside}
	infoOut, failedOut := o.Out.Stat()
	infoErr, failedErr := o.Err.Stat()
	if failedOut == nil && failedErr == nil && os.SameFile(infoOut, infoErr) {
		a.aside, b.broken = o.Aside, a.broken
	}
	return [2]*destination{a, b}
}

// print is printNow, by way of Options.Aside where that counts.
func (d *destination) print(tag string, byLine bool, t *text, more []byte) (err error) {
	if d.aside == nil {
		return d.printNow(tag, byLine, t, more)
	}
	if d.err != nil || t.empty() && len(more) == 0 {
		return nil
	}
	d.aside(func() {
		err = d.printNow(tag, byLine, t, more)
		if *d.broken {
			d.Write([]byte{'\n'})
		}
	})
	return err
}

// printNow writes a text and then more, which continues it. By lines, a tag precedes each line, and a newline comes first
// if the output before has none at its end. The error is that the text cannot be read; d.err has one of writing.
func (d *destination) printNow(tag string, byLine bool, t *text, more []byte) error {
	if d.err != nil || t.empty() && len(more) == 0 {
		return nil
	}
	if byLine && *d.broken {
		d.Write([]byte{'\n'})
	}
	var to io.Writer = d
	if tag != "" {
		to = &tagger{to: d, tag: tag + "\t"}
	}
	err := copyText(to, t)
	to.Write(more)
	return err
}

// copyText copies a text. It returns only errors of reading: the destination keeps its own.
func copyText(to io.Writer, t *text) error {
	var sent int64
	if d, ok := to.(*destination); ok && t.file != nil {
		// Write gets the last byte, because it notes whether that ends a line.
		sent = send(d.file, t.file.File, t.from, t.size-t.from-1)
	}
	left := t.size - t.from - sent
	from, buffer := t.reader(sent), make([]byte, min(left, copyBuffer))
	for left > 0 {
		n, err := fill(buffer[:min(left, copyBuffer)], from)
		if _, failed := to.Write(buffer[:n]); failed != nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read the output of a command: %w", cause(err))
		}
		left -= int64(n)
	}
	return nil
}

// copyBuffer is the size in bytes of the buffer for a copy, and the capacity of a pipe on Linux.
const copyBuffer = 64 << 10

// busyDelay is the time between two attempts at a file that is in non-blocking mode without this program's doing.
const busyDelay = 10 * time.Millisecond

// Write writes all of p, unless a write has failed.
func (d *destination) Write(p []byte) (n int, err error) {
	if d.err != nil {
		return 0, d.err
	}
	if len(p) == 0 {
		return 0, nil
	}
	for {
		m, err := d.file.Write(p[n:])
		n += m
		if err == nil {
			*d.broken = p[len(p)-1] != '\n'
			return n, nil
		}
		if !errors.Is(err, syscall.EAGAIN) {
			d.err = err
			return n, err
		}
		// Another process that shares the terminal or pipe, such as ssh, has set the mode.
		time.Sleep(busyDelay)
	}
}
