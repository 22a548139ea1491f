package plan

import (
	"errors"
	"io/fs"

	"brood/internal/event"
	"brood/internal/filecopy"
)

// settled says why there is nothing to do for a name, and which attributes the copy lacks
// for good. When there is something to do, reason is "", and e.repair tells that no
// contents are to be copied. (The child looks again, by the same rules: much may happen in
// between.)
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

// isThere tells whether the destination seems to have the copy of a file or hard link.
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

// lacks tells whether a child has to repair the copy of a file; lost are the attributes
// that no child could give it.
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

// isKnown tells whether a child is to meet this error. A name that has gone just now needs
// no child, and nor does a system without /proc, where attributes cannot be read.
func isKnown(err error) bool { return !errors.Is(err, fs.ErrNotExist) }

// there is what the destination has of the name; nil for nothing that can be seen.
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
