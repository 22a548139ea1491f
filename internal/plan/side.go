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
	return s, nil
}

func (s *side) close() { s.root.Close() }

func (s *side) lstat(name string) (fs.FileInfo, error) {
	s.pulse.ask(s, "stat", name)
	defer s.pulse.answered()
	return s.root.Lstat(name)
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

func (s *side) open(folder string) (*os.File, error) {
	s.pulse.ask(s, "open folder", folder)
	defer s.pulse.answered()
	return s.root.Open(folder)
}

// read reads a batch of names of the folder, fewer at its end. It does so by pieces,
// each an answer: where a file system does not tell what its names are of, each name
// of these costs a stat.
func (s *side) read(dir *os.File, folder string) (entries []fs.DirEntry, err error) {
	const piece = 256
	for len(entries) < batch && err == nil {
		s.pulse.ask(s, "read folder", folder)
		var some []fs.DirEntry
		some, err = dir.ReadDir(piece)
		s.pulse.answered()
		if entries == nil {
			entries = some
		} else {
			entries = append(entries, some...)
		}
		if len(some) < piece {
			break
		}
	}
	return entries, err
}

// info is what lstat says of the entry with this name.
func (s *side) info(name string, e fs.DirEntry) (fs.FileInfo, error) {
	s.pulse.ask(s, "stat", name)
	defer s.pulse.answered()
	return e.Info()
}
