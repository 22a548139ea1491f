// Package item reads the items of brood run: the values for each run of its command.
//
//	command, sources, err := item.Cut(args) // gzip {1} ::: a b ::: 1 9
//	r, err := item.Open(item.Spec{Sources: sources, Delim: '\n'}, os.Stdin)
//	next, err := r.Next() // [a 1], then [a 9], [b 1], [b 9], io.EOF
//
// A value is any bytes except NUL. An empty line is an empty value, and a carriage return before the end of a line
// belongs to the value. The last value of a file needs no delimiter. Next returns an item as soon as the delimiters of
// its values have arrived.
//
// # Memory
//
// A value in a file that is longer than 128 KiB is an error. The first source, and the sources linked to it, are read
// as their values are needed, and no value is kept. Every combination needs the values of the other sources again and
// again: they are read once and stay in memory. With Spec.Link the values of all sources stay in memory until only one
// source has values left.
//
// # GNU parallel
//
// The items are those of GNU parallel, except that:
//   - a source without values leaves no combinations, where GNU parallel takes an empty value;
//   - a value with a NUL byte is an error;
//   - Colsep has the syntax of Go, columns keep their white space, and captured separators are no columns;
//   - a missing header, an empty name in it, or the same name twice is an error;
//   - a value needs as many columns as its header, so that a short one does not move the columns of other sources;
//   - an argument may have several lines.
package item

import (
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
)

// Item is the input for one run of a command: a value of each source, or its columns.
type Item []string

// Source supplies values. Exactly one of its first three fields is set.
type Source struct {
	Args []string               // the values; not nil, even if there are none
	File string                 // the name of a file of values; "-" is standard input
	Next func() (string, error) // returns the next value, and io.EOF after the last

	// Linked reads this source in step with the one before it, instead of combining it with that. The shortest of the
	// linked sources ends them all. The first source cannot be linked, so there it has no effect.
	Linked bool
}

// Spec says what the items are.
type Spec struct {
	Sources []Source       // none: standard input
	Delim   byte           // ends a value in a file: '\n' for lines, 0 for the output of find -print0
	Colsep  *regexp.Regexp // separates the columns of a value; nil: each value is one column

	// Header takes the first value of each source as the names of its columns. Colsep is then a tab unless it is set,
	// and each value must have as many columns as there are names.
	Header bool

	// Link reads all sources in step. A source that is shorter than the longest begins again at its end.
	Link bool
}

// Reader reads items. It is not safe for concurrent use.
type Reader struct {
	next  func() (Item, error)
	names []string
	files []*os.File
	stdin io.Reader
	err   error // of the last call of Next
}

// Open opens all files, then reads the headers. It does not close stdin.
func Open(spec Spec, stdin io.Reader) (*Reader, error) {
	if len(spec.Sources) == 0 {
		spec.Sources = []Source{{File: "-"}}
	}
	if spec.Header && spec.Colsep == nil {
		spec.Colsep = regexp.MustCompile("\t")
	}
	r := &Reader{stdin: stdin}
	sources, err := r.open(spec)
	if err == nil && spec.Header {
		err = r.readHeaders(sources)
	}
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	if spec.Link {
		r.next = repeated(sources)
	} else {
		r.next = combined(grouped(spec.Sources, sources))
	}
	return r, nil
}

// Next returns the next item, and io.EOF after the last. An error names the source and the number of the value. After
// an error, each call returns the same error.
func (r *Reader) Next() (Item, error) {
	if r.err != nil {
		return nil, r.err
	}
	var item Item
	item, r.err = r.next()
	return item, r.err
}

// Names returns the names of the values of each item, from the headers. Without Spec.Header there are none.
func (r *Reader) Names() []string { return r.names }

// Close closes the files.
func (r *Reader) Close() error {
	var errs []error
	for _, f := range r.files {
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
}

// open opens all sources.
func (r *Reader) open(spec Spec) ([]*values, error) {
	var all []*values
	for i, source := range spec.Sources {
		v := &values{source: fmt.Sprintf("source %d", i+1), unit: "value", colsep: spec.Colsep}
		switch {
		case source.Next != nil:
			v.read = source.Next
		case source.Args != nil:
			v.read = arguments(source.Args)
		default:
			if err := r.use(source.File, spec.Delim, v); err != nil {
				return nil, err
			}
		}
		all = append(all, v)
	}
	return all, nil
}

// use makes v read a file or standard input.
func (r *Reader) use(name string, delim byte, v *values) error {
	var from io.Reader
	if name == "-" {
		if r.stdin == nil {
			return errors.New("items: standard input can be only one source")
		}
		v.source, from, r.stdin = "standard input", r.stdin, nil
	} else {
		f, err := openFile(name)
		if err != nil {
			return fmt.Errorf("items: open %q: %w", name, cause(err))
		}
		r.files = append(r.files, f)
		v.source, from = fmt.Sprintf("%q", name), f
	}
	if delim == '\n' {
		v.unit = "line"
	}
	v.delimited(from, delim)
	return nil
}

// readHeaders reads the names of all columns.
func (r *Reader) readHeaders(sources []*values) error {
	taken := map[string]bool{}
	for _, v := range sources {
		names, err := v.next()
		if err == io.EOF {
			return v.fault("the header is missing")
		}
		if err != nil {
			return err
		}
		v.width = len(names)
		last := &names[len(names)-1]
		*last = strings.TrimSuffix(*last, "\r") // no placeholder could name it
		for i, name := range names {
			if name == "" {
				return v.fault("column %d of the header has no name", i+1)
			}
			if taken[name] {
				return v.fault("the name %q occurs twice in the headers", name)
			}
			taken[name] = true
		}
		r.names = append(r.names, names...)
	}
	return nil
}
