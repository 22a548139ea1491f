package plan

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
)

// batch is how many names of a folder are read, sorted and passed on at once.
const batch = 4096

// listing is a folder of a side that is read. Names are read first, and then what each
// is of, one by one: where one has no answer, or an error, it is known which, and it
// costs no other. (os.File.ReadDir does it in one go for a folder below an os.Root.)
type listing struct {
	*side
	folder string
	root   *os.Root // the folder; nil when all is read
	names  *os.File // the folder, too
}

// listed is a name with what it is of, or why that cannot be told.
type listed struct {
	name string // below the side
	info fs.FileInfo
	err  error
}

func (s *side) list(folder string) (*listing, error) {
	s.pulse.ask(s, "open folder", folder)
	defer s.pulse.answered()
	dir, err := s.folders.Open(folder)
	if err != nil {
		return nil, err
	}
	root, err := dir.OpenRoot(".") // dir closes as the walk goes on
	if err != nil {
		return nil, err
	}
	names, err := root.Open(".")
	if err != nil {
		root.Close()
		return nil, err
	}
	return &listing{s, folder, root, names}, nil
}

func (l *listing) close() {
	if l.root != nil {
		l.names.Close()
		l.root.Close()
		l.root = nil
	}
}

// read reads a batch of names, fewer at the end, in order.
func (l *listing) read() (bases []string, err error) {
	l.pulse.ask(l.side, "read folder", l.folder)
	defer l.pulse.answered()
	bases, err = l.names.Readdirnames(batch)
	slices.Sort(bases)
	if err == io.EOF {
		err = nil
	}
	return bases, err
}

// each calls back for each of the names, unless it has gone. What comes after a folder is
// asked for before that is handed out, and the listing closed when there is no more
// to read: a deep tree must not hold descriptors for each level.
func (l *listing) each(bases []string, last bool, want func(name string) bool, call func(listed)) {
	var ahead []listed
	for _, base := range bases {
		e := listed{name: path.Join(l.folder, base)}
		if !want(e.name) {
			continue
		}
		e.info, e.err = l.lstat(base, e.name)
		switch {
		case errors.Is(e.err, fs.ErrNotExist):
		case ahead != nil, e.err == nil && e.info.IsDir():
			ahead = append(ahead, e)
		default:
			call(e)
		}
	}
	if last {
		l.close()
	}
	for _, e := range ahead {
		call(e)
	}
}

func (l *listing) lstat(base, name string) (fs.FileInfo, error) {
	l.pulse.ask(l.side, "stat", name)
	defer l.pulse.answered()
	return l.root.Lstat(base)
}
