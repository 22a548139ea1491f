package plan

import (
	"io/fs"
	"os"

	"brood/internal/filecopy"
)

// hardLinks knows the files of the source that have several names, none a folder.
// It is the one thing that grows with the source, as in rsync: a file is forgotten
// when all its names were met, so one with names elsewhere stays to the end.
type hardLinks map[inode]*linkGroup

type inode struct{ device, number uint64 }

// names are those of one file.
type linkGroup struct {
	unmet uint64
	first *first // nil until there is one to link to
}

// first is the name of a file under which it is copied; those that come later
// become links to it.
type first struct {
	name    string
	settled bool // there was nothing to do for it

	done    bool    // its batch is; the feed's, as is waiting
	waiting []entry // the later names, until then
}

// meet counts a name in; nil when there is no other of the same file.
func (h hardLinks) meet(info fs.FileInfo) *linkGroup {
	if h == nil {
		return nil
	}
	id, links := identity(info)
	if links < 2 {
		return nil
	}
	all := h[id]
	if all == nil {
		all = &linkGroup{unmet: links}
		h[id] = all
	}
	if all.unmet--; all.unmet == 0 {
		delete(h, id)
	}
	return all
}

// canBeFirst: where nothing may be replaced, a name may stay what it is, which is
// not what its other names are to be.
func (w *walk) canBeFirst(e entry) bool {
	if w.opts.Overwrite != filecopy.Never {
		return true
	}
	there := w.there(e)
	return there == nil || filecopy.Same(e.info, there)
}

// linked tells whether the destination has the link already. Before the first is
// settled, it is to be another file.
func (w *walk) linked(e entry, there fs.FileInfo) bool {
	if !e.first.settled {
		return false
	}
	to, err := w.dest.lstat(e.first.name)
	return err == nil && os.SameFile(to, there)
}
