package plan

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

// Folders are the two folders of a tree, opened once. The walk stays in them, and so do the
// children, which inherit Tree.Files: it does not matter what becomes of the paths.
type Folders struct {
	source, dest *os.Root // dest is nil as long as there is none
	files        []*os.File
}

// openFolders opens what check has found to be fit.
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

// Files are the source's folder and, once there is one, the destination's, for children to
// inherit; none of a tree that is not open.
func (t Tree) Files() []*os.File {
	if t.Folders == nil {
		return nil
	}
	return t.Folders.files
}

// Complete tells whether there is a destination.
func (f *Folders) Complete() bool { return f.dest != nil }

// Close closes them.
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

// OpenDest opens the destination, which was not there when the tree was checked. It is an
// error that it gives no answer for so long as stall (0: for ever).
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

// Strayed warns of each folder whose path leads elsewhere by now. It ends when one gives no
// answer for so long as patience.
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
				const warning = "%s %q: its path leads elsewhere by now; the run stayed in the folder that it began with"
				words = append(words, fmt.Sprintf(warning, side.what, side.path))
			}
		}
		return words, nil
	})
	return words
}
