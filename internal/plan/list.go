package plan

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// List writes batches to a file, for another machine to do them (Listed). Names are bytes, and
// none has a zero, which ends each record:
//
//	brood list 1 │ f SIZE NAME │ f SIZE NAME │ … │ end COUNT           files
//	brood list 1 │ j │ n NAME │ n NAME │ … │ j │ … │ end COUNT         folders, links and nodes, batch by batch
//	brood list 1 │ j │ h FIRST │ NAME │ … │ end COUNT                  hard links, with the names to link to
//
// COUNT is of the names: a list that was cut off is none.
type List struct {
	w     *bufio.Writer
	names int
	err   error
}

const (
	listBegin = "brood list 1"
	listEnd   = "end "
)

// NewList begins a list.
func NewList(w io.Writer) *List {
	l := &List{w: bufio.NewWriter(w)}
	l.record(listBegin)
	return l
}

// Add adds a batch.
func (l *List) Add(b Batch) error {
	if b.Folders {
		l.record("j")
	}
	for i, e := range b.of {
		switch {
		case !b.Folders:
			l.record("f ", strconv.FormatInt(e.size, 10), " ", e.name)
		case len(b.Firsts) > 0:
			l.record("h ", b.Firsts[i])
			l.record(e.name)
		default:
			l.record("n ", e.name)
		}
	}
	l.names += len(b.of)
	return l.err
}

// Close ends the list; the file is the caller's to close.
func (l *List) Close() error {
	l.record(listEnd, strconv.Itoa(l.names))
	return errors.Join(l.err, l.w.Flush())
}

func (l *List) record(parts ...string) {
	for _, s := range parts {
		if l.err == nil {
			_, l.err = l.w.WriteString(s)
		}
	}
	if l.err == nil {
		l.err = l.w.WriteByte(0)
	}
}

// ErrNoList is the error of what is no list, or of one that is not whole.
var ErrNoList = errors.New("is no whole list of files")

// listReader reads one, entry by entry.
type listReader struct {
	r     *bufio.Reader
	names int
	batch int // how many batches have begun; 0 in a list of files
}

func newListReader(r io.Reader) (*listReader, error) {
	l := &listReader{r: bufio.NewReader(r)}
	begin, err := l.record()
	if err == nil && begin != listBegin {
		err = ErrNoList
	}
	return l, err
}

// record is the next one; that a list ends before its end is ErrNoList.
func (l *listReader) record() (string, error) {
	s, err := l.r.ReadString(0)
	if err == io.EOF {
		return "", ErrNoList
	}
	return strings.TrimSuffix(s, "\x00"), err
}

// next is the next entry; io.EOF at the end.
func (l *listReader) next() (entry, error) {
	s, err := l.record()
	if err == nil && s == "j" {
		l.batch++
		s, err = l.record()
	}
	if err != nil {
		return entry{}, err
	}
	if s == listEnd+strconv.Itoa(l.names) {
		return entry{}, io.EOF
	}
	e, err := l.entry(s)
	l.names++
	if err == nil && !isInside(e.name) {
		err = fmt.Errorf("%w: %q is no name in a folder", ErrNoList, e.name)
	}
	return e, err
}

func (l *listReader) entry(s string) (entry, error) {
	kindOf, rest, _ := strings.Cut(s, " ")
	switch kindOf {
	case "f":
		digits, name, _ := strings.Cut(rest, " ")
		size, err := strconv.ParseInt(digits, 10, 64)
		if err == nil && size >= 0 && l.batch == 0 {
			return entry{kind: file, name: name, size: size}, nil
		}
	case "n":
		if l.batch > 0 {
			return entry{kind: link, name: rest}, nil
		}
	case "h":
		if name, err := l.record(); err == nil && l.batch > 0 {
			return entry{kind: hardLink, name: name, first: &first{name: rest, done: true}}, nil
		}
	}
	return entry{}, fmt.Errorf("%w: %.80q", ErrNoList, s)
}
