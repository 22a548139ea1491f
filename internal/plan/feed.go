package plan

import (
	"context"
	"fmt"
	"slices"

	"brood/internal/event"
)

// folder is a folder of the source that the walk has entered.
type folder struct {
	name  string
	in    *folder // nil for the topmost
	fresh bool    // the destination has none of that name, so nothing in it either
	only  *choice // what is chosen in it; nil for all

	left   bool // the walk is through with it
	open   int  // files, hard links and folders in it that are not done
	wanted bool // something in it is copied
}

// feed makes batches of what the walk finds and of what becomes ready. It is one
// goroutine, which owns all that is below.
type feed struct {
	*Plan
	found <-chan entry // nil when the walk is over

	files    fileQueue
	lane     Batch // folders, links and nodes that are ready
	links    Batch // hard links that are ready
	waiting  int   // hard links whose first name is not done
	laneBusy bool
	running  int  // batches of files under way
	silent   bool // the walk has had no answer for long, as far as is known
}

// files are those that wait until they are in a batch that is taken: counted, guided, or chunked.
type fileQueue interface {
	add(entry)
	next(hurry bool) (Batch, bool) // the batch that could be started now; in a hurry it waits for no more files
	given()                        // that batch was
	waiting() int                  // files
	enough(ready bool) bool        // the walk is to wait; ready: while that batch does
}

func newFeed(p *Plan, found <-chan entry) *feed {
	f := &feed{Plan: p, found: found, lane: Batch{Folders: true}, links: Batch{Folders: true}}
	f.files = newFileQueue(p.opts)
	return f
}

func newFileQueue(opts Options) fileQueue {
	switch {
	case opts.Chunk.Files > 0:
		return &chunked{Chunk: opts.Chunk}
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
			found = nil // the walk waits
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

// idle: perhaps nothing more comes from the walk. It is over, or has had no answer for
// so long that what it has found is not to wait for more.
func (f *feed) idle() bool { return f.found == nil || f.silent && len(f.found) == 0 }

// giveUp gives up the walk, unless it has gone on since the last tick.
func (f *feed) giveUp() bool {
	q, ok := f.pulse.giveUp()
	if ok {
		f.emit(f.pulse.failure(q))
		f.emit(event.Event{Kind: event.Stopping, Reason: fmt.Sprintf("%s %q does not answer at %q: what lies behind was not looked at", q.side.what, q.side.path, q.name)})
	}
	f.silent = ok
	return ok
}

// next is the batch that could be started now.
func (f *feed) next() (Batch, bool) {
	files, ready := f.files.next(f.idle() || f.pressed())
	// Thousands of files that wait would keep the lane from its turn, and it the walk.
	if !f.laneBusy && f.inLane() >= laneBatch && f.files.waiting() > len(files.Items) {
		ready = false
	}
	switch {
	case ready:
		return files, true
	case f.laneBusy:
		return Batch{}, false
	case f.due(f.links): // before the folders that they are in
		return f.links.front(f.links.fits(f.opts.ArgRoom)), true
	case f.due(f.lane):
		return f.lane.front(f.lane.fits(f.opts.ArgRoom)), true
	}
	return Batch{}, false
}

// pressed: so many hard links wait that their first names are to be copied next,
// whichever batch these are in.
func (f *feed) pressed() bool { return f.waiting >= laneAhead }

// due tells whether the lane takes from a queue now: when there is a batch's worth, or no more to come.
func (f *feed) due(queue Batch) bool {
	n := len(queue.Items)
	return n >= laneBatch || n > 0 && (f.pressed() || f.idle() && f.running == 0)
}

func (f *feed) over() bool {
	return f.idle() && f.running == 0 && !f.laneBusy && f.inLane() == 0 && f.files.waiting() == 0
}

func (f *feed) inLane() int { return max(len(f.lane.Items), len(f.links.Items)) }

// fits is how many of a queue fit into one batch, whose names have so much room; 0: no bound.
func (b Batch) fits(argRoom int) int {
	size := 0
	for i, e := range b.of {
		size += e.args()
		if i == laneBatch || i > 0 && argRoom > 0 && size > argRoom {
			return i
		}
	}
	return len(b.of)
}

// args is the room that an entry takes among a batch's arguments.
func (e entry) args() int {
	const each = 9 // a pointer, and the zero at the end
	if e.kind == hardLink {
		return len(e.name) + len(e.first.name) + 2*each
	}
	return len(e.name) + each
}

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

// await puts a hard link into the lane when its first name is done.
func (f *feed) await(e entry) {
	if e.first.settled || e.first.done {
		f.links.add(e)
		return
	}
	e.info = nil
	e.first.waiting = append(e.first.waiting, e)
	f.waiting++
}

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

// release lets the later names into the lane.
func (f *feed) release(done *first) {
	done.done = true
	for _, e := range done.waiting {
		f.links.add(e)
	}
	f.waiting -= len(done.waiting)
	done.waiting = nil
}

// settle puts the folder into the lane once all that is in it is done, and then perhaps the one it is in.
func (f *feed) settle(d *folder) {
	for d != nil && d.left && d.open == 0 {
		if d.in != nil {
			d.in.open--
			d.in.wanted = d.in.wanted || d.wanted
		}
		if d.wanted || len(f.opts.Include) == 0 {
			f.lane.add(entry{kind: left, name: d.name, folder: d})
		}
		d = d.in
	}
}

// add adds an entry at the end.
func (b *Batch) add(e entry) {
	if e.kind == file && !e.repair {
		b.Bytes += e.size
	}
	if e.kind == hardLink {
		b.Firsts = append(b.Firsts, e.first.name)
	}
	e.info = nil
	b.Items = append(b.Items, e.name)
	b.of = append(b.of, e)
}

// front is a batch of the first n of a queue.
func (b Batch) front(n int) Batch {
	b.Items, b.of = b.Items[:n], b.of[:n]
	if len(b.Firsts) > 0 {
		b.Firsts = b.Firsts[:n]
	}
	return b
}

// after is the queue without the first n.
func (b Batch) after(n int) Batch {
	b.Items, b.of = slices.Clone(b.Items[n:]), slices.Clone(b.of[n:])
	if len(b.Firsts) > 0 {
		b.Firsts = slices.Clone(b.Firsts[n:])
	}
	return b
}
