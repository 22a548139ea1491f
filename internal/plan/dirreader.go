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
const namesAtOnce = 4096

// dirReader is a folder of a side that is read. Names are read first, and then what each
// is of, one by one: where one has no answer, or an error, it is known which, and it
// costs no other. (os.File.ReadDir does it in one go for a folder below an os.Root.)
type dirReader struct {
	*side
	folder string
	root   *os.Root // the folder; nil when all is read
	names  *os.File // the folder, too
}

// dirent is a name with what it is of, or why that cannot be told.
type dirent struct {
	name string // below the side
	info fs.FileInfo
	err  error
}

func (s *side) list(folder string) (*dirReader, error) {
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
	return &dirReader{s, folder, root, names}, nil
}

func (r *dirReader) close() {
	if r.root != nil {
		r.names.Close()
		r.root.Close()
		r.root = nil
	}
}

// read reads a batch of names, fewer at the end, in order.
func (r *dirReader) read() (bases []string, err error) {
	r.pulse.ask(r.side, "read folder", r.folder)
	defer r.pulse.answered()
	bases, err = r.names.Readdirnames(namesAtOnce)
	slices.Sort(bases)
	if err == io.EOF {
		err = nil
	}
	return bases, err
}

// each calls back for each of the names, unless it has gone. What comes after a folder is
// asked for before that is handed out, and the dirReader closed when there is no more
// to read: a deep tree must not hold descriptors for each level.
func (r *dirReader) each(bases []string, last bool, want func(name string) bool, call func(dirent)) {
	var ahead []dirent
	for _, base := range bases {
		e := dirent{name: path.Join(r.folder, base)}
		if !want(e.name) {
			continue
		}
		e.info, e.err = r.lstat(base, e.name)
		switch {
		case errors.Is(e.err, fs.ErrNotExist):
		case ahead != nil, e.err == nil && e.info.IsDir():
			ahead = append(ahead, e)
		default:
			call(e)
		}
	}
	if last {
		r.close()
	}
	for _, e := range ahead {
		call(e)
	}
}

func (r *dirReader) lstat(base, name string) (fs.FileInfo, error) {
	r.pulse.ask(r.side, "stat", name)
	defer r.pulse.answered()
	return r.root.Lstat(base)
}
