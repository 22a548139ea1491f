package plan

import (
	"context"
	"io/fs"

	"brood/internal/event"
	"brood/internal/filecopy"
)

// Work is the amount of work in the batches of Start or StartCompare.
type Work struct {
	Files int   // files, links and nodes
	Bytes int64 // total size of the files
	Needs Room  // room that the destination needs, besides what it holds now
}

// Question selects what Measure finds out.
type Question struct {
	Work    bool // the amount of work
	Compare bool // the work of StartCompare; otherwise that of Start
	Room    bool // whether the destination has enough room, if that can be known
	Written bool // contents are never shared with the source (reflinks)
}

// Measure walks the source and returns the amount of work. If q asks for room and the
// destination has too little, the error is a *Shortage. The need of room is unknown where
// copies may share contents with the source; if q asks for nothing else then, there is no walk
// and ok is false.
//
// Measure returns ctx's error soon after ctx is done, and an error when there is no answer for
// Options.Stall.
func Measure(ctx context.Context, t Tree, opts Options, q Question) (work Work, ok bool, err error) {
	ok, err = wholeInTime(ctx, opts, func(ctx context.Context, p *pulse) (ok bool, err error) {
		work, ok, err = measure(ctx, p, t, opts, q)
		return ok, err
	})
	return work, ok, err
}

func measure(ctx context.Context, p *pulse, t Tree, opts Options, q Question) (work Work, ok bool, err error) {
	var free Room
	limited := false
	if q.Room && t.Dest != "" {
		if free, limited, err = t.free(p, q.Written); err != nil {
			return Work{}, false, err
		}
	}
	if !limited && !q.Work {
		return Work{}, false, nil
	}
	work, err = workOf(ctx, p, t, opts, q.Compare)
	if needed := work.Needs; err == nil && limited && (needed.Bytes > free.Bytes || needed.Inodes > free.Inodes) {
		err = &Shortage{t.Dest, needed, free}
	}
	return work, err == nil, err
}

func workOf(ctx context.Context, p *pulse, t Tree, opts Options, compare bool) (Work, error) {
	w, err := newWalk(ctx, p, t, opts, func(event.Event) {})
	if err != nil {
		return Work{}, err
	}
	defer w.close()
	total := tally{walk: w}
	w.pass = total.add
	switch {
	case !compare:
		w.run()
	case w.dest == nil:
		return Work{}, problem("dest", t.Dest, fs.ErrNotExist)
	default:
		w.sourceOnly = true
		w.compare()
	}
	total.Needs.Bytes = max(total.Needs.Bytes, 0)
	return total.Work, ctx.Err()
}

// tally adds up the entries of a walk. Files need room for their allocated bytes in whole
// blocks, and missing names need an inode. A replaced file counts as free, although both exist
// for a moment. Of a replaced file with several names, only one name's share counts.
type tally struct {
	*walk
	Work
}

func (t *tally) add(e entry) {
	switch e.kind {
	case entered:
	case left:
		t.addFolder(e.folder)
	default:
		t.addName(e)
	}
}

// addFolder counts a folder if feed would make it: with Include, only if something in it is wanted.
func (t *tally) addFolder(d *folder) {
	made := d.made(t.opts)
	if d.in != nil {
		d.in.wanted = d.in.wanted || made
	}
	if d.fresh && made {
		t.Needs.Inodes++
	}
}

func (t *tally) addName(e entry) {
	t.Files++
	if e.kind == file && !e.repair {
		t.Bytes += e.info.Size()
	}
	if t.sourceOnly {
		return // nothing is written
	}
	there := t.there(e)
	if there != nil && t.isThere(e, there) {
		return // a child verifies or repairs it, which needs no room
	}
	e.folder.wanted = true
	if e.kind == file {
		t.Needs.Bytes += allocation(e.info)
	}
	switch {
	case there == nil && e.kind != hardLink:
		t.Needs.Inodes++
	case there != nil && there.Mode().IsRegular() && t.opts.Overwrite != filecopy.Never:
		_, names := identity(there)
		t.Needs.Bytes -= occupies(there) / int64(max(names, 1)) // some file systems report 0 names
	}
}
