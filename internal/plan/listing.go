package plan

import (
	"bufio"
	"bytes"
	"container/heap"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Listing is a list of names below a source, which somebody else has chosen. A name of a folder
// stands for everything in it. The walk takes the names in its own order, each once. A list may
// have any number of names: what does not fit into a part in memory is in a temporary file.
//
//	list ─▶ parts of 4 MiB, each sorted ─▶ file ─▶ merged, each time the source is walked
type Listing struct {
	all   bool // SOURCE itself is in the list
	names []string
	size  int // of names, in memory

	file  *os.File // nil while there is only one part
	parts []*io.SectionReader
	end   int64
}

const (
	partMost = 4 << 20  // bytes of the names that are sorted in memory
	nameMost = 64 << 10 // bytes; no system has a longer path
)

// ReadListing reads a list with one name a line, or, with null, a zero byte after each name. A
// line may end with CR LF. Empty names do not count. The caller closes the listing.
func ReadListing(list io.Reader, null bool) (*Listing, error) {
	l := &Listing{}
	what, end := "line", byte('\n')
	if null {
		what, end = "name", 0
	}
	lines := bufio.NewReaderSize(list, nameMost)
	for n := 1; ; n++ {
		line, err := lines.ReadSlice(end)
		if err != nil && err != io.EOF && err != bufio.ErrBufferFull {
			_ = l.Close() // it cannot be used
			return nil, err
		}
		last := err == io.EOF
		name := string(bytes.TrimSuffix(line, []byte{end}))
		if !null && !last {
			name = strings.TrimSuffix(name, "\r")
		}
		if err == bufio.ErrBufferFull {
			err = errors.New("is longer than a name can be")
		} else {
			err = l.add(name)
		}
		if err != nil {
			_ = l.Close()
			return nil, fmt.Errorf("%s %d: %w", what, n, err)
		}
		if last {
			slices.SortFunc(l.names, comparePaths)
			return l, nil
		}
	}
}

// ReadListingFile is ReadListing for the file with this name. It is an error if a regular file
// has no answer for stall (0: no limit). Another program may take its time to write to a pipe.
func ReadListingFile(name string, null bool, stall time.Duration) (*Listing, error) {
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		stall = 0
	}
	return inTime(stall, func(p *pulse) (*Listing, error) {
		p.askFor("list", name)
		file, err := os.Open(name)
		if err != nil {
			return nil, problem("list", name, err)
		}
		defer file.Close()
		l, err := ReadListing(partly{file, p}, null)
		if err != nil {
			return nil, problem("list", name, err)
		}
		return l, nil
	})
}

// Close removes the temporary file.
func (l *Listing) Close() error {
	if l.file == nil {
		return nil
	}
	err := l.file.Close()
	os.Remove(l.file.Name()) // where an open file cannot be removed
	return err
}

func (l *Listing) add(name string) error {
	if name == "" {
		return nil
	}
	clean := path.Clean(filepath.ToSlash(name))
	switch {
	case strings.Contains(name, "\x00"):
		return fmt.Errorf("%.80q: has a zero byte: is this a list for --null?", name)
	case filepath.IsAbs(name), path.IsAbs(clean):
		return fmt.Errorf("%.80q: want a name relative to SOURCE", name)
	case !isInside(clean):
		return fmt.Errorf("%.80q: leads out of SOURCE", name)
	}
	l.all = l.all || clean == "."
	l.names = append(l.names, strings.Clone(clean))
	const header = 16
	if l.size += len(clean) + header; l.size < partMost {
		return nil
	}
	return l.spill()
}

// spill writes the names in memory to the file, as a part.
func (l *Listing) spill() (err error) {
	if l.file == nil {
		if l.file, err = os.CreateTemp("", "brood-names-*"); err != nil {
			return err
		}
		os.Remove(l.file.Name()) // so that nothing is left behind; else Close does it
	}
	slices.SortFunc(l.names, comparePaths)
	begin, w := l.end, bufio.NewWriter(l.file)
	for _, name := range slices.Compact(l.names) {
		n, _ := w.WriteString(name + "\x00") // Flush returns the error
		l.end += int64(n)
	}
	l.parts = append(l.parts, io.NewSectionReader(l.file, begin, l.end-begin))
	l.names, l.size = l.names[:0], 0
	return w.Flush()
}

// each calls back for the names in the order of comparePaths, each once, until do returns false.
func (l *Listing) each(do func(name string) bool) error {
	if l.all {
		do(".")
		return nil
	}
	merged := merge{}
	for _, p := range l.parts {
		file := bufio.NewReaderSize(io.NewSectionReader(p, 0, p.Size()), 16<<10)
		merged = append(merged, &part{next: func() (string, error) {
			name, err := file.ReadString(0)
			return strings.TrimSuffix(name, "\x00"), err
		}})
	}
	memory := l.names
	merged = append(merged, &part{next: func() (name string, err error) {
		if len(memory) == 0 {
			return "", io.EOF
		}
		name, memory = memory[0], memory[1:]
		return name, nil
	}})
	return merged.each(do)
}

// part is a part of a listing that is read from its beginning to its end.
type part struct {
	name string // the first that is not taken
	next func() (string, error)
}

// merge is a heap of parts by their names.
type merge []*part

func (m merge) Len() int           { return len(m) }
func (m merge) Less(i, j int) bool { return comparePaths(m[i].name, m[j].name) < 0 }
func (m merge) Swap(i, j int)      { m[i], m[j] = m[j], m[i] }
func (m *merge) Push(x any)        { *m = append(*m, x.(*part)) }
func (m *merge) Pop() any {
	last := (*m)[len(*m)-1]
	*m = (*m)[:len(*m)-1]
	return last
}

func (m merge) each(do func(name string) bool) error {
	var h merge
	for _, p := range m {
		if err := h.take(p); err != nil {
			return err
		}
	}
	for before := ""; len(h) > 0; {
		p := heap.Pop(&h).(*part)
		if p.name != before && !do(p.name) {
			return nil
		}
		before = p.name
		if err := h.take(p); err != nil {
			return err
		}
	}
	return nil
}

// take adds a part with its next name, unless that is at its end.
func (m *merge) take(p *part) (err error) {
	switch p.name, err = p.next(); err {
	case nil:
		heap.Push(m, p)
	case io.EOF:
		err = nil
	}
	return err
}

// comparePaths orders names so that all names in a folder come after the folder, and before any
// other name.
func comparePaths(a, b string) int {
	for i := range min(len(a), len(b)) {
		x, y := a[i], b[i]
		switch {
		case x == y:
		case x == '/':
			return -1
		case y == '/':
			return 1
		default:
			return int(x) - int(y)
		}
	}
	return len(a) - len(b)
}
