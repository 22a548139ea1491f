package plan

import (
	"errors"
	"io/fs"
	"path"
	"strings"
)

// trail walks the names of a listing. Its position is a folder; it enters and leaves folders
// between two names, as the walk of a whole tree does.
//
//	a/b/1  a/b/2  a/c/3:   enter a, enter a/b, 1, 2, leave a/b, enter a/c, 3 …
type trail struct {
	*walk
	in      *folder
	whole   string // the last folder that was walked with everything in it
	compare bool
}

// listed walks the names of the listing. The folders on the way to a name are made, but only
// when something in them is.
func (w *walk) listed(compare bool) {
	top := &folder{name: ".", root: w.root, fresh: w.dest == nil, implied: true}
	t := &trail{walk: w, in: top, compare: compare}
	t.pass(entered)
	err := w.opts.Listing.each(func(name string) bool {
		for t.in != top && !within(t.in.name, name) {
			t.leave()
		}
		if t.whole == "" || !within(t.whole, name) {
			t.name(name)
		}
		return w.ctx.Err() == nil
	})
	if err != nil {
		w.failed(".", "read list", err)
	}
	for t.in != nil {
		t.leave()
	}
}

// within reports whether name is the folder or in it.
func within(folder, name string) bool {
	rest, ok := strings.CutPrefix(name, folder)
	return ok && (rest == "" || rest[0] == '/')
}

func (t *trail) pass(k kind) {
	if !t.compare {
		t.passFolder(k, t.in)
	}
}

func (t *trail) leave() {
	t.pass(left)
	t.in = t.in.in
}

// name walks a name of the listing, or everything in it.
func (t *trail) name(name string) {
	if name == "." {
		t.all()
		return
	}
	if !t.descend(name) || !t.wanted(name) {
		return
	}
	info, err := t.source.lstat(name)
	if err == nil && info.IsDir() {
		t.whole = name
	}
	t.entry(dirent{name, info, err}, func(name string, info fs.FileInfo) {
		if t.compare {
			t.compareName(name, info)
		} else {
			t.found(name, info, t.in, nil)
		}
	})
}

// all walks the whole source.
func (t *trail) all() {
	if t.compare {
		t.compareFolder(".")
		return
	}
	t.in.implied = false
	if err := t.entries(t.in); err != nil {
		t.failed(".", "read folder", err)
	}
}

var errNoFolder = errors.New("a part of its name is a link or a file, not a folder")

// descend enters the folders on the way to a name. It returns false if the name is excluded with
// one of them, or has failed with one.
func (t *trail) descend(name string) bool {
	for {
		rest := name
		if t.in.in != nil {
			rest = name[len(t.in.name)+1:]
		}
		base, _, more := strings.Cut(rest, "/")
		if !more {
			return true
		}
		above := path.Join(t.in.name, base)
		if t.filter.excludes(above) {
			return false
		}
		info, err := t.source.lstat(above)
		if err == nil && !info.IsDir() {
			err = errNoFolder
		}
		if err != nil {
			t.failed(name, "stat", err)
			return false
		}
		f, err := t.subfolder(above, info, t.in, nil)
		if err != nil && !t.compare {
			t.failed(name, "enter folder", err)
			return false
		}
		f.implied = true
		t.in = f
		t.pass(entered)
	}
}
