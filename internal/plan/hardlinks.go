package plan

import (
	"io/fs"
	"os"

	"brood/internal/filecopy"
)

// hardLinks holds the files of the source with several names that the walk has met. As in
// rsync, this is the only memory that grows with the source. The walk forgets a file when it
// has met all names, so a file with names outside the source stays to the end.
type hardLinks map[inode]*linkGroup

type inode struct{ device, number uint64 }

// linkGroup is a file with several names.
type linkGroup struct {
	unmet uint64 // names that the walk has not met
	first *first // nil until there is a name to link to
}

// first is the name under which a file of several names is copied. The later names become
// links to it.
type first struct {
	name    string
	settled bool // it needed no child

	// Only feed uses these.
	done    bool    // its batch is done
	waiting []entry // later names, which wait for that
}

// meet counts a name. It returns nil for a file with one name.
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

// canBeFirst reports whether the later names of e's file may become links to e. If nothing may
// be replaced, the destination may keep another file under the name of e.
func (w *walk) canBeFirst(e entry) bool {
	if w.opts.Overwrite != filecopy.Never {
		return true
	}
	there := w.there(e)
	return there == nil || filecopy.Same(e.info, there)
}

// linked reports whether the destination already has the link. It has not if a child will copy
// the first name, since that makes another file.
func (w *walk) linked(e entry, there fs.FileInfo) bool {
	if !e.first.settled {
		return false
	}
	to, err := w.dest.lstat(e.first.name)
	return err == nil && os.SameFile(to, there)
}
