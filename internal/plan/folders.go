package plan

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

// Folders holds the folders of a tree, opened once. The walk stays in them, and so do the
// children, which inherit Tree.Files. So a later change of the paths does not matter.
type Folders struct {
	source, dest *os.Root // dest is nil if it does not exist yet, or the tree has none
	files        []*os.File
}

// openFolders opens the source and, if it exists, the destination of a checked tree.
func (t Tree) openFolders(p *pulse) (Tree, error) {
	t.Folders = &Folders{}
	defer p.answered()
	p.askFor("source", t.Source)
	if err := t.Folders.open(&t.Folders.source, t.Source); err != nil {
		return Tree{}, problem("source", t.Source, err)
	}
	if t.Dest == "" {
		return t, nil
	}
	p.askFor("dest", t.Dest)
	if err := t.Folders.open(&t.Folders.dest, t.Dest); err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Folders.Close()
		return Tree{}, problem("dest", t.Dest, err)
	}
	return t, nil
}

func (f *Folders) open(side **os.Root, path string) error {
	root, err := os.OpenRoot(path)
	if err != nil {
		return err
	}
	file, err := root.Open(".")
	if err != nil {
		root.Close()
		return err
	}
	*side, f.files = root, append(f.files, file)
	return nil
}

// Files returns the open folders of source and destination, for children to inherit. The
// destination is missing while it does not exist. A tree that is not open has no files.
func (t Tree) Files() []*os.File {
	if t.Folders == nil {
		return nil
	}
	return t.Folders.files
}

// Complete reports whether the destination is open.
func (f *Folders) Complete() bool { return f.dest != nil }

// Close closes the folders and the files.
func (f *Folders) Close() {
	for _, root := range []*os.Root{f.source, f.dest} {
		if root != nil {
			root.Close()
		}
	}
	for _, file := range f.files {
		file.Close()
	}
}

// OpenDest opens a destination that did not exist when the tree was checked. It is an error if
// there is no answer for stall (0: no limit).
func (t Tree) OpenDest(stall time.Duration) error {
	opened, err := inTime(stall, func(p *pulse) (*Folders, error) {
		p.askFor("dest", t.Dest)
		f := &Folders{}
		return f, f.open(&f.dest, t.Dest)
	})
	if err != nil {
		return problem("dest", t.Dest, err)
	}
	t.Folders.dest, t.Folders.files = opened.dest, append(t.Folders.files, opened.files...)
	return nil
}

// Strayed returns a warning for each folder whose path now leads elsewhere. It returns early if
// there is no answer for patience.
func (t Tree) Strayed(patience time.Duration) (words []string) {
	words, _ = inTime(patience, func(p *pulse) (words []string, _ error) {
		for _, side := range []struct {
			what, path string
			root       *os.Root
		}{{"source", t.Source, t.Folders.source}, {"dest", t.Dest, t.Folders.dest}} {
			if side.root == nil {
				continue
			}
			p.askFor(side.what, side.path)
			opened, err := side.root.Stat(".")
			if err != nil {
				continue
			}
			now, err := os.Stat(side.path)
			if errors.Is(err, fs.ErrNotExist) || err == nil && !os.SameFile(opened, now) {
				const warning = "%s %q: its path now leads elsewhere; the run stayed in the folder it had opened"
				words = append(words, fmt.Sprintf(warning, side.what, side.path))
			}
		}
		return words, nil
	})
	return words
}
