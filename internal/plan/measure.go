package plan

import (
	"context"
	"io/fs"

	"brood/internal/event"
	"brood/internal/filecopy"
)

// Work is what Start, or StartCompare, would have batches for.
type Work struct {
	Files int   // and links and nodes
	Bytes int64 // the lengths of the files
	Needs Room  // what the destination must have room for, beside what it holds by now
}

// Question is what is asked of Measure.
type Question struct {
	Work    bool // how much there is to do
	Compare bool // for StartCompare, not for Start
	Room    bool // whether the destination has room for it, where that can be known
	Written bool // contents are never shared with the source (reflinks)
}

// Measure walks the source and tells what there is to do. When it is asked for room,
// and the destination has too little, the error is a *Shortage. Where contents may be shared
// with the source, that cannot be known. It asks no more than it must: when room is all that is asked for, and
// cannot be told, there is no walk, and ok is false. It ends with ctx's error soon
// after that is done, or with another one when there is no answer for Options.Stall.
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
	if q.Room && t.Dest != "" && (q.Written || !mayShare(p, t)) {
		p.askFor("dest", t.Dest)
		free, limited = Free(t.Dest)
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

// meter sums up what a walk finds. The room is for what files have allocated in whole
// blocks, and for names that are not there. What a file replaces is counted as free, although the
// two are there together for a moment; so is its share of what has other names, too.
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

// addFolder counts a folder as the feed makes it: one that holds nothing that is wanted may be not.
func (t *tally) addFolder(d *folder) {
	wanted := d.wanted || len(t.opts.Include) == 0
	if d.in != nil {
		d.in.wanted = d.in.wanted || d.wanted
	}
	if d.fresh && wanted {
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
		return // a batch to verify or to repair it, which needs no room
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
		t.Needs.Bytes -= occupies(there) / int64(max(names, 1)) // some file systems count none
	}
}
