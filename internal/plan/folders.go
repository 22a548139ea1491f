package plan

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync/atomic"
	"time"
)

// Folders holds the folders of a tree, opened once. The walk stays in them, and so do the
// children, which inherit Tree.Files. So a later change of the paths does not matter.
type Folders struct {
	sources []*os.Root // one for each root of the tree
	dest    *os.Root   // nil if it does not exist yet, or the tree has none
	files   []*os.File // of sources
	to      *os.File   // of dest

	apart atomic.Pointer[apart] // once somebody has looked
}

// openFolders opens the roots and, if it exists, the destination of a checked tree.
func (t Tree) openFolders(p *pulse) (Tree, error) {
	f := &Folders{}
	t.Folders = f
	defer p.answered()
	for n := range t.roots() {
		path := t.Root(n).Path
		p.askFor("source", path)
		root, file, err := openFolder(path)
		if err != nil {
			f.Close()
			return Tree{}, problem("source", path, err)
		}
		f.sources, f.files = append(f.sources, root), append(f.files, file)
	}
	if t.Dest == "" {
		return t, nil
	}
	p.askFor("dest", t.Dest)
	var err error
	if f.dest, f.to, err = openFolder(t.Dest); err != nil && !errors.Is(err, fs.ErrNotExist) {
		f.Close()
		return Tree{}, problem("dest", t.Dest, err)
	}
	return t, nil
}

// openWithin opens a folder as a root, and once more within that.
func openWithin(path string) (*os.Root, *os.File, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, nil, err
	}
	file, err := root.Open(".")
	if err != nil {
		root.Close()
		return nil, nil, err
	}
	return root, file, nil
}

// Files returns the open folders of a root and the destination, for children to inherit. The
// destination is missing while it does not exist. A tree that is not open has no files.
func (t Tree) Files(root int) []*os.File {
	f := t.Folders
	switch {
	case f == nil:
		return nil
	case f.to == nil:
		return []*os.File{f.files[root]}
	}
	return []*os.File{f.files[root], f.to}
}

// Complete reports whether the destination is open.
func (f *Folders) Complete() bool { return f.dest != nil }

// Close closes the folders and the files.
func (f *Folders) Close() {
	for _, root := range append(f.sources, f.dest) {
		if root != nil {
			root.Close()
		}
	}
	for _, file := range append(f.files, f.to) {
		file.Close() // an error for nil
	}
}

// OpenDest opens a destination that did not exist when the tree was checked. It is an error if
// there is no answer for stall (0: no limit).
func (t Tree) OpenDest(stall time.Duration) error {
	opened, err := inTime(stall, func(p *pulse) (f *Folders, err error) {
		p.askFor("dest", t.Dest)
		f = &Folders{}
		f.dest, f.to, err = openFolder(t.Dest)
		return f, err
	})
	if err != nil {
		return problem("dest", t.Dest, err)
	}
	t.Folders.dest, t.Folders.to = opened.dest, opened.to
	t.Folders.apart.Store(nil) // it knows the folder above
	return nil
}

// Strayed returns a warning for each folder whose path now leads elsewhere. It returns early if
// there is no answer for patience.
func (t Tree) Strayed(patience time.Duration) (words []string) {
	words, _ = inTime(patience, func(p *pulse) (words []string, _ error) {
		look := func(what, path string, root *os.Root) {
			p.askFor(what, path)
			if strayed(path, root) {
				const warning = "%s %q: its path now leads elsewhere; the run stayed in the folder it had opened"
				words = append(words, fmt.Sprintf(warning, what, path))
			}
		}
		for n, root := range t.Folders.sources {
			look("source", t.Root(n).Path, root)
		}
		if t.Folders.dest != nil {
			look("dest", t.Dest, t.Folders.dest)
		}
		return words, nil
	})
	return words
}

func strayed(path string, root *os.Root) bool {
	opened, err := root.Stat(".")
	if err != nil {
		return false
	}
	now, err := os.Stat(path)
	return errors.Is(err, fs.ErrNotExist) || err == nil && !os.SameFile(opened, now)
}
