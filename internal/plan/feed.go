package plan

import (
	"context"
	"fmt"

	"brood/internal/event"
)

// folder is a folder of the source that the walk has entered.
type folder struct {
	name  string
	root  int     // the number of its root
	in    *folder // the folder above; nil for the topmost
	fresh bool    // the destination has no such folder, so nothing in it either
	only  *choice // the chosen names in it; nil for all

	implied bool // no item itself, only on the way to one

	left   bool // the walk has left it
	open   int  // files, hard links and folders in it that are not done
	wanted bool // a child copies something in it
}

// feed makes batches from the entries of the walk and from the items that become ready. All
// its fields belong to one goroutine.
type feed struct {
	*Plan
	found <-chan entry // nil when the walk is over

	files    fileQueue
	lane     Batch // folders, links and nodes that are ready
	links    Batch // hard links that are ready
	waiting  int   // hard links whose first name is not done
	laneBusy bool  // a batch of lane or links is running
	running  int   // running batches of files
	silent   bool  // the walk waits too long for an answer, by the last notice
}

// fileQueue holds files until the scheduler takes the batch that they are in. Its kinds are
// counted, guided and sized; byRoot has several of them.
type fileQueue interface {
	add(entry)
	next(hurry bool) (Batch, bool) // the batch that can start now; hurry: do not wait until it is full
	given()                        // that batch was taken
	waiting() int                  // files in the queue
	enough(ready bool) bool        // whether the walk must wait; ready: a batch of files can start now
}

func newFeed(p *Plan, found <-chan entry) *feed {
	f := &feed{Plan: p, found: found, lane: Batch{Folders: true}, links: Batch{Folders: true}}
	f.files = newFileQueue(p.opts)
	if p.roots > 1 {
		f.files = &byRoot{opts: p.opts}
	}
	return f
}

func newFileQueue(opts Options) fileQueue {
	switch {
	case opts.ForTasks.Files > 0:
		return &sized{BatchSize: opts.ForTasks}
	case opts.Guided:
		return newGuided(opts)
	}
	return &counted{perChild: opts.PerChild, argRoom: opts.ArgRoom}
}

func (f *feed) run(ctx context.Context) {
	defer close(f.ended)
	defer close(f.batches)
	for {
		batch, ready := f.next()
		if !ready && f.over() && (f.found == nil || f.giveUp()) {
			return
		}
		batches, found := f.batches, f.found
		if !ready {
			batches = nil
		}
		if f.files.enough(ready && !batch.Folders) || f.inLane() >= laneAhead || f.pressed() {
			found = nil // let the walk wait
		}
		select {
		case batches <- batch:
			f.given(batch)
		case e, open := <-found:
			if !open {
				f.found = nil
				continue
			}
			f.silent = false
			f.take(e)
		case n := <-f.notices:
			f.hear(n)
		case <-ctx.Done():
			return
		}
	}
}

func (f *feed) hear(n notice) {
	if n.silent {
		f.silent = true
	} else {
		f.completed(n.done)
	}
}

// idle reports whether nothing more may come from the walk: it is over, or silent. Files that
// were found do not wait for a silent walk.
func (f *feed) idle() bool { return f.found == nil || f.silent && len(f.found) == 0 }

// giveUp gives up a silent walk, unless its answer has come since the last tick. It reports
// whether it did.
func (f *feed) giveUp() bool {
	q, ok := f.pulse.giveUp()
	if ok {
		f.emit(f.pulse.failure(q))
		const reason = "%s %q does not answer at %q: the rest was not read"
		f.emit(event.Event{Kind: event.Stopping, Reason: fmt.Sprintf(reason, q.side.what, q.side.path, q.name)})
	}
	f.silent = ok
	return ok
}

// next returns the batch that can start now.
func (f *feed) next() (Batch, bool) {
	files, ready := f.files.next(f.idle() || f.pressed())
	// A full lane goes first. Otherwise thousands of waiting files would block the lane, and
	// the lane would block the walk.
	if !f.laneBusy && f.inLane() >= laneBatch && f.files.waiting() > len(files.Items) {
		ready = false
	}
	switch {
	case ready:
		return files, true
	case f.laneBusy:
		return Batch{}, false
	case f.due(f.links): // links come before the folders that hold them
		return f.links.front(f.links.fits(f.opts.ArgRoom)), true
	case f.due(f.lane):
		return f.lane.front(f.lane.fits(f.opts.ArgRoom)), true
	}
	return Batch{}, false
}

// pressed reports whether too many hard links wait for their first names. Then the batches with
// these names must start, full or not.
func (f *feed) pressed() bool { return f.waiting >= laneAhead }

// due reports whether a batch of this queue must start: it has a full batch, or will get no more.
func (f *feed) due(queue Batch) bool {
	n := len(queue.Items)
	return n >= laneBatch || n > 0 && (f.pressed() || f.idle() && f.running == 0)
}

func (f *feed) over() bool {
	return f.idle() && f.running == 0 && !f.laneBusy && f.inLane() == 0 && f.files.waiting() == 0
}

func (f *feed) inLane() int { return max(len(f.lane.Items), len(f.links.Items)) }

func (f *feed) given(b Batch) {
	switch {
	case !b.Folders:
		f.files.given()
		f.running++
		return
	case len(b.Firsts) > 0:
		f.links = f.links.after(len(b.Items))
	default:
		f.lane = f.lane.after(len(b.Items))
	}
	f.laneBusy = true
}

func (f *feed) take(e entry) {
	switch e.kind {
	case entered:
		if e.folder.in != nil {
			e.folder.in.open++
		}
	case left:
		e.folder.left = true
		f.settle(e.folder)
	case link:
		e.folder.wanted = true
		f.lane.add(e)
	case hardLink:
		e.folder.wanted = true
		e.folder.open++
		f.await(e)
	case file:
		e.folder.wanted = true
		e.folder.open++
		e.size, e.info = e.info.Size(), nil
		f.files.add(e)
	}
}

// await adds a hard link to the links, now or when its first name is done.
func (f *feed) await(e entry) {
	if e.first.settled || e.first.done {
		f.links.add(e)
		return
	}
	e.info = nil
	e.first.waiting = append(e.first.waiting, e)
	f.waiting++
}

// made reports whether a child makes the folder. All that is in it was found before.
func (d *folder) made(o Options) bool { return d.wanted || len(o.Include) == 0 && !d.implied }

func (f *feed) completed(b Batch) {
	if b.Folders {
		f.laneBusy = false
	} else {
		f.running--
	}
	for _, e := range b.of {
		if e.first != nil && e.kind != hardLink {
			f.release(e.first)
		}
		if e.kind == file || e.kind == hardLink {
			e.folder.open--
			f.settle(e.folder)
		}
	}
}

// release adds the names that waited for this first name to the links.
func (f *feed) release(done *first) {
	done.done = true
	for _, e := range done.waiting {
		f.links.add(e)
	}
	f.waiting -= len(done.waiting)
	done.waiting = nil
}

// settle adds a folder to the lane if everything in it is done, and then perhaps those above it.
func (f *feed) settle(d *folder) {
	for d != nil && d.left && d.open == 0 {
		made := d.made(f.opts)
		if d.in != nil {
			d.in.open--
			d.in.wanted = d.in.wanted || made
		}
		if made {
			f.lane.add(entry{kind: left, name: d.name, folder: d})
		}
		d = d.in
	}
}
