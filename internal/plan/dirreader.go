package plan

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
)

// namesAtOnce is the number of names that are read from a folder, sorted and passed on at once.
const namesAtOnce = 4096

// dirReader reads a folder of a side: first its names, and then the info of each name. So it
// is known which name fails or has no answer, and the other names are not affected.
// os.File.ReadDir of a folder in an os.Root does both in one call.
type dirReader struct {
	*side
	folder string
	root   *os.Root // the folder; nil after close
	names  *os.File // the same folder, for reading its names
}

// dirent is a name in a folder with its info, or the error.
type dirent struct {
	name string // relative to the side
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
	root, err := dir.OpenRoot(".") // of our own, since the side closes dir as the walk goes on
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

// read returns up to namesAtOnce names, sorted. Fewer names mean that the folder ends.
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

// each calls back for each name that still exists. Before it calls back for a subfolder, it
// stats all later names, and closes r if there are no more to read. So a walk of a deep tree
// does not hold descriptors at each level.
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
