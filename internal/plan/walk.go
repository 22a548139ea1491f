package plan

import (
	"context"
	"errors"
	"io/fs"
	"path"

	"brood/internal/event"
	"brood/internal/filecopy"
)

// entry is a finding of the walk. The walk passes entries on in its order: it enters a
// folder, finds what is in it, and leaves it.
type entry struct {
	kind   kind
	name   string
	info   fs.FileInfo // of the source, until feed takes the entry
	size   int64       // of a file, from then on
	folder *folder     // the folder that holds it; for entered and left, the folder itself
	first  *first      // of a file with several names
	repair bool        // the file's copy is there but lacks attributes
}

type kind int

const (
	entered kind = iota
	left
	file
	link     // or a named pipe or device
	hardLink // to another name of the source
)

// walk reads the source depth first, and the destination beside it.
type walk struct {
	ctx    context.Context
	pulse  *pulse
	tree   Tree
	root   int   // the number of the root that is walked
	source *side // that root
	dest   *side // nil if it does not exist
	opts   Options
	filter filter
	emit   event.Sink
	pass   func(entry) // takes an entry; it may wait, but not when ctx is done
	own    bool        // the walk opened the tree, and closes it
	shared hardLinks   // nil if hard links are not kept
	apart  apart

	sourceOnly bool    // the tree has no destination, or Measure asks about a comparison
	compared   *folder // the folder of all entries of a comparison, where no folder waits for its files
}

func newWalk(ctx context.Context, p *pulse, t Tree, opts Options, emit event.Sink) (*walk, error) {
	w := &walk{
		ctx: ctx, pulse: p, opts: opts, filter: filter{opts.Include, opts.Exclude}, emit: emit,
		own: t.Folders == nil, sourceOnly: t.Dest == "",
	}
	var err error
	if w.own {
		if t, err = t.openFolders(p); err != nil {
			return nil, err
		}
	}
	w.tree = t
	w.enterRoot(0)
	if t.Folders.dest != nil {
		w.dest = newSide(p, "dest", t.Dest, " at the destination", t.Folders.dest)
	}
	if w.apart, err = keepApart(p, t); err != nil {
		w.close()
		return nil, err
	}
	return w, nil
}

// enterRoot begins the walk of a root. Hard links do not lead from one root to another.
func (w *walk) enterRoot(n int) {
	if w.source != nil {
		w.source.close()
	}
	w.root = n
	w.source = newSide(w.pulse, "source", w.tree.Root(n).Path, "", w.tree.Folders.sources[n])
	w.compared = &folder{root: n}
	if w.opts.Archive && !w.sourceOnly {
		w.shared = hardLinks{}
	}
}

// eachRoot calls do in each root, until ctx is done.
func (w *walk) eachRoot(do func(Root)) {
	for n := range w.tree.roots() {
		if w.ctx.Err() != nil {
			return
		}
		if n != w.root {
			w.enterRoot(n)
		}
		do(w.tree.Root(n))
	}
}

func (w *walk) close() {
	w.source.close()
	if w.dest != nil {
		w.dest.close()
	}
	if w.own {
		w.tree.Folders.Close()
	}
}

func (w *walk) run() {
	if w.opts.Listing != nil {
		w.listed(false)
		return
	}
	w.eachRoot(func(r Root) {
		top := &folder{name: ".", root: w.root, fresh: w.dest == nil, only: w.opts.Only.top()}
		if r.Names == nil {
			w.folder(top)
		} else {
			w.chosen(top, r.Names...)
		}
	})
}

// folder walks one folder. A folder that cannot be read is a failure; a child makes it all the same.
func (w *walk) folder(f *folder) {
	if w.ctx.Err() != nil {
		return
	}
	w.passFolder(entered, f)
	if f.only != nil {
		w.chosen(f, f.only.bases()...)
	} else if err := w.entries(f); err != nil {
		w.failed(f.name, "read folder", err)
	}
	w.passFolder(left, f)
}

// passFolder passes on that the walk enters or leaves a folder, for a child to make it.
func (w *walk) passFolder(k kind, f *folder) {
	if !w.sourceOnly {
		w.pass(entry{kind: k, folder: f})
	}
}

func (w *walk) entries(f *folder) error {
	found := func(name string, info fs.FileInfo) { w.found(name, info, f, nil) }
	return w.each(w.source, f.name, w.wanted, func(e dirent) { w.entry(e, found) })
}

// each calls back for each name in a folder that want accepts, until ctx is done.
func (w *walk) each(of *side, folder string, want func(name string) bool, call func(dirent)) error {
	l, err := of.list(folder)
	if err != nil {
		return err
	}
	defer l.close()
	for {
		bases, err := l.read()
		last := len(bases) < namesAtOnce
		l.each(bases, last, func(name string) bool { return w.ctx.Err() == nil && want(name) }, func(e dirent) {
			if w.ctx.Err() == nil {
				call(e)
			}
		})
		if err != nil || last || w.ctx.Err() != nil {
			return err
		}
	}
}

// wanted reports whether a name in the source may be copied, as far as its name tells.
func (w *walk) wanted(name string) bool {
	if filecopy.IsTemporary(path.Base(name)) {
		w.skipped(name, reasonLeftover)
		return false
	}
	return !w.filter.excludes(name)
}

// entry calls back for a name in the source: a folder, or a name that the filters include.
func (w *walk) entry(e dirent, call func(name string, info fs.FileInfo)) {
	switch {
	case e.err != nil:
		w.failed(e.name, "stat", e.err)
	case e.info.IsDir() || w.filter.includes(e.name):
		call(e.name, e.info)
	}
}

// found handles a name by its kind. only is the choice below a folder; nil for all names.
func (w *walk) found(name string, info fs.FileInfo, in *folder, only *choice) {
	switch mode := info.Mode(); {
	case mode.IsRegular():
		w.name(file, name, info, in)
	case mode.IsDir():
		w.enter(name, info, in, only)
	case w.sourceOnly:
		w.skipped(name, special(mode))
	case mode.Type() == fs.ModeSymlink, w.opts.Archive && mode&(fs.ModeNamedPipe|fs.ModeDevice) != 0:
		w.name(link, name, info, in)
	default:
		w.skipped(name, special(mode))
	}
}

// enter walks a subfolder, unless its copy would be written into the source.
func (w *walk) enter(name string, info fs.FileInfo, in *folder, only *choice) {
	f, err := w.subfolder(name, info, in, only)
	if err != nil {
		w.failed(name, "enter folder", err)
		return
	}
	w.folder(f)
}

// subfolder returns a subfolder, with an error if its copy would be written into the source.
func (w *walk) subfolder(name string, info fs.FileInfo, in *folder, only *choice) (*folder, error) {
	f := &folder{name: name, root: in.root, in: in, fresh: in.fresh, only: only}
	var there fs.FileInfo
	if !f.fresh {
		var err error
		there, err = w.dest.lstat(name)
		f.fresh = errors.Is(err, fs.ErrNotExist) || err == nil && !w.dest.exact(name)
		if err != nil {
			there = nil
		}
	}
	return f, w.apart.folder(name, info, there)
}

// name passes on a name that is not a folder, unless it needs no child. Then it is Skipped.
func (w *walk) name(k kind, name string, info fs.FileInfo, in *folder) {
	e := entry{kind: k, name: name, info: info, folder: in}
	all := w.shared.meet(info)
	if all != nil && all.first != nil {
		e.kind, e.first = hardLink, all.first
	}
	reason, lost := w.settled(&e)
	if all != nil && all.first == nil && w.canBeFirst(e) {
		all.first = &first{name: name, settled: reason != ""}
		e.first = all.first
	}
	if reason != "" {
		w.say(event.Event{Kind: event.Skipped, File: name, Reason: reason, Lost: lost})
		return
	}
	w.pass(e)
}

func (w *walk) skipped(name, reason string) {
	w.say(event.Event{Kind: event.Skipped, File: name, Reason: reason})
}

func (w *walk) failed(name, op string, err error) {
	w.say(event.Event{Kind: event.Failed, File: name, Error: filecopy.NewError(op, err).Error()})
}

func (w *walk) say(e event.Event) { w.pulse.say(w.emit, e) }

const reasonLeftover = "leftover of an interrupted copy"

func special(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeSymlink != 0:
		return "link"
	case mode&fs.ModeNamedPipe != 0:
		return "named pipe"
	case mode&fs.ModeSocket != 0:
		return "socket"
	case mode&fs.ModeDevice != 0:
		return "device"
	default:
		return "neither file, folder nor link"
	}
}
