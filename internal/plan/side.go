package plan

import (
	"io/fs"
	"os"
	"path"

	"brood/internal/filecopy"
)

// side is the source or the destination of a walk. Each method announces its system calls to
// the pulse.
type side struct {
	what  string // "source" or "dest"
	path  string
	where string // suffix of the operation in a failure: "" or " at the destination"

	pulse    *pulse
	root     *os.Root
	folders  *filecopy.Chain // open folders below root, in the order of the walk
	spelling filecopy.Spelling
	kept     filecopy.AttributeReader
}

// newSide returns a side with this open folder, which the caller closes.
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

// at returns the open folder of a name, and the name in it.
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

// attributes returns the attributes of a name that an archive keeps. seen is its info.
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

// exact reports whether the side has a name in this spelling. A file system that ignores case
// may find another file under the name.
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
