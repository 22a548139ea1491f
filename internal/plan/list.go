package plan

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// List writes batches to a file, which another machine reads as a Listed. A name holds any
// byte but zero, and a zero byte ends each record:
//
//	brood list 1 │ f SIZE NAME │ f SIZE NAME │ … │ end COUNT      files
//	brood list 1 │ j │ n NAME │ n NAME │ … │ j │ … │ end COUNT    folders, links and nodes; j begins a batch
//	brood list 1 │ j │ h FIRST │ NAME │ … │ end COUNT             hard links, each after the name to link to
//	brood list 1 │ r ROOT │ f SIZE NAME │ …                       the root of what follows, unless it is 0
//
// COUNT is the number of names, so that a reader notices a list that was cut off.
type List struct {
	w     *bufio.Writer
	root  int // of the names that come next
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
	if b.Root != l.root {
		l.root = b.Root
		l.record("r ", strconv.Itoa(b.Root))
	}
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

// Close ends the list. The caller closes the file.
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

// ErrNoList is the error of a file that is not a list, or was cut off.
var ErrNoList = errors.New("is not a complete list of files")

// listReader reads a list entry by entry.
type listReader struct {
	r     *bufio.Reader
	root  *folder // of the names that come next
	names int     // names read until now
	batch int     // batches begun until now; always 0 in a list of files
}

func newListReader(r io.Reader) (*listReader, error) {
	l := &listReader{r: bufio.NewReader(r), root: &folder{}}
	begin, err := l.record()
	if err == nil && begin != listBegin {
		err = ErrNoList
	}
	return l, err
}

// record returns the next record. If the file ends before the list does, the error is ErrNoList.
func (l *listReader) record() (string, error) {
	s, err := l.r.ReadString(0)
	if err == io.EOF {
		return "", ErrNoList
	}
	return strings.TrimSuffix(s, "\x00"), err
}

// next returns the next entry; at the end of the list, the error is io.EOF.
func (l *listReader) next() (entry, error) {
	s, err := l.record()
	for err == nil && strings.HasPrefix(s, "r ") {
		if l.root, err = rootOf(s[2:]); err == nil {
			s, err = l.record()
		}
	}
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
	e.folder = l.root
	l.names++
	if err == nil && !isInside(e.name) {
		err = fmt.Errorf("%w: %q is not a name inside a folder", ErrNoList, e.name)
	}
	return e, err
}

func rootOf(digits string) (*folder, error) {
	n, err := strconv.Atoi(digits)
	if err != nil || n < 0 {
		return nil, fmt.Errorf("%w: root %.80q", ErrNoList, digits)
	}
	return &folder{root: n}, nil
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
