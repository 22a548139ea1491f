package plan

import (
	"io/fs"
	"os"
	"path"

	"brood/internal/filecopy"
)

// side is the source or the destination of a walk, which asks nothing of either but
// by way of the pulse.
type side struct {
	what  string // "source" or "dest"
	path  string
	where string // what failed, in an event: "" or " at the destination"

	pulse    *pulse
	root     *os.Root
	folders  *filecopy.Chain // below root, in the order of the walk
	spelling filecopy.Spelling
	kept     filecopy.AttributeReader
}

// newSide is a side whose folder is open, and stays the caller's.
func newSide(p *pulse, what, path, where string, root *os.Root) *side {
	return &side{
		what: what, path: path, where: where, pulse: p,
		root: root, folders: filecopy.NewChain(root), spelling: filecopy.Spelling{Read: p.partly},
	}
}

func (s *side) close() {
	s.kept.Close()
	s.folders.Close()
}

// at is the open folder of a name, and what the name is there.
func (s *side) at(name string) (dir *os.Root, base string, err error) {
	dir, err = s.folders.Open(path.Dir(name))
	return dir, path.Base(name), err
}

func (s *side) lstat(name string) (fs.FileInfo, error) {
	s.pulse.ask(s, "stat", name)
	defer s.pulse.answered()
	dir, base, err := s.at(name)
	if err != nil {
		return nil, err
	}
	return dir.Lstat(base)
}

// attributes are those of a name that was seen so; an archive keeps them.
func (s *side) attributes(name string, seen fs.FileInfo) (filecopy.Attributes, error) {
	s.pulse.ask(s, "read attributes", name)
	defer s.pulse.answered()
	dir, _, err := s.at(name)
	if err != nil {
		return filecopy.Attributes{}, err
	}
	return s.kept.Read(dir, name, seen)
}

func (s *side) readlink(name string) (string, error) {
	s.pulse.ask(s, "read link", name)
	defer s.pulse.answered()
	dir, base, err := s.at(name)
	if err != nil {
		return "", err
	}
	return dir.Readlink(base)
}

// exact tells whether the side has a name just so. Where it has the name in another
// spelling, which it takes for the same, it has another file.
func (s *side) exact(name string) bool {
	s.pulse.ask(s, "stat", name)
	defer s.pulse.answered()
	dir, base, err := s.at(name)
	if err != nil {
		return false
	}
	ok, err := s.spelling.Exact(dir, path.Dir(name), base)
	return ok && err == nil
}
