package plan

import (
	"io/fs"
	"os"

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
	spelling filecopy.Spelling
	kept     filecopy.AttributeReader
}

func openSide(p *pulse, what, path, where string) (*side, error) {
	s := &side{what: what, path: path, where: where, pulse: p}
	p.ask(s, "open folder", "")
	defer p.answered()
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	s.root, s.spelling = root, filecopy.Spelling{Root: root, Read: p.partly}
	s.kept.Root = root
	return s, nil
}

func (s *side) close() {
	s.kept.Close()
	s.root.Close()
}

func (s *side) lstat(name string) (fs.FileInfo, error) {
	s.pulse.ask(s, "stat", name)
	defer s.pulse.answered()
	return s.root.Lstat(name)
}

// attributes are those of a name that was seen so; an archive keeps them.
func (s *side) attributes(name string, seen fs.FileInfo) (filecopy.Attributes, error) {
	s.pulse.ask(s, "read attributes", name)
	defer s.pulse.answered()
	return s.kept.Read(name, seen)
}

func (s *side) readlink(name string) (string, error) {
	s.pulse.ask(s, "read link", name)
	defer s.pulse.answered()
	return s.root.Readlink(name)
}

// exact tells whether the side has a name just so. Where it has the name in another
// spelling, which it takes for the same, it has another file.
func (s *side) exact(name string) bool {
	s.pulse.ask(s, "stat", name)
	defer s.pulse.answered()
	ok, err := s.spelling.Exact(name)
	return ok && err == nil
}
