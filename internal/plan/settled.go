package plan

import (
	"errors"
	"io/fs"

	"brood/internal/event"
	"brood/internal/filecopy"
)

// settled returns why a name needs no child, and which attributes its copy lacks for good. If
// the name needs a child, reason is ""; e.repair is set if its contents need no copying.
//
// The child decides again, since the destination may change before it starts. Both use the same
// tests: filecopy.Same for contents, and Attributes.Kept for attributes. Only the order of the
// tests is written twice (here and in filecopy's keeps and alreadyThere), because the questions
// differ. The plan needs a reason to show, and leaves a doubtful name to the child. The child
// acts on what it finds: it has opened the files.
func (w *walk) settled(e *entry) (reason string, lost []string) {
	if e.kind == link || w.opts.Overwrite == filecopy.Always {
		return "", nil
	}
	there := w.there(*e)
	switch {
	case there == nil:
		return "", nil
	case w.opts.Overwrite == filecopy.Never:
		return event.ReasonExists, nil
	case !w.isThere(*e, there) || w.opts.Recheck && e.kind == file:
		return "", nil
	case w.opts.Archive && e.kind == file:
		if e.repair, lost = w.lacks(*e, there); e.repair {
			return "", nil
		}
	}
	return event.ReasonDone, lost
}

// isThere reports whether the destination seems to have the copy of a file or a hard link.
// Attributes do not count.
func (w *walk) isThere(e entry, there fs.FileInfo) bool {
	switch {
	case w.opts.Overwrite == filecopy.Always:
		return false
	case e.kind == hardLink:
		return w.linked(e, there)
	}
	return e.kind == file && filecopy.Same(e.info, there)
}

// lacks reports whether a child must repair the attributes of a file's copy. lost are the
// attributes that no child can give it.
func (w *walk) lacks(e entry, there fs.FileInfo) (repair bool, lost []string) {
	want, err := w.source.attributes(e.name, e.info)
	if err != nil {
		return isKnown(err), nil
	}
	has, err := w.dest.attributes(e.name, there)
	if err != nil {
		return isKnown(err), nil
	}
	w.pulse.ask(w.dest, "read attributes", e.name)
	defer w.pulse.answered()
	kept, lost := want.Kept(has)
	return !kept || w.opts.Strict && len(lost) > 0, lost
}

// isKnown reports whether a child should report this error. A name that has just gone needs no
// child. On a system without /proc attributes cannot be read, and a child would not help either.
func isKnown(err error) bool { return !errors.Is(err, fs.ErrNotExist) }

// there returns the info of the name in the destination, or nil if nothing is found there.
func (w *walk) there(e entry) fs.FileInfo {
	if e.folder.fresh {
		return nil
	}
	info, err := w.dest.lstat(e.name)
	if err != nil || !w.dest.exact(e.name) {
		return nil
	}
	return info
}
