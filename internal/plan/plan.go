// Package plan finds the work of a run: it walks the source, compares it with the destination,
// and streams batches in a safe order. It only reads. Children do all the writing below the
// destination, so a destination that hangs during a write can hold a child, but not the parent.
// The walk gives up a side that does not answer a reading for Options.Stall.
//
// A plan never holds a million names in memory. It keeps the path to the walk's position, the
// folders with a running file, and short queues. For an archive it also keeps the files that
// have names which the walk has not met yet:
//
//	walk ─▶ found ─▶ feed ─┬─▶ files: PerChild of them a batch, or enough work ───────┬─▶ Batches ─▶ schedule
//	                       └─▶ folders, links, nodes; hard links: one batch at a time ┘            │
//	                            ▲ ▲                                                                │
//	                            │ └── a folder is ready when its last file or hard link is done ───┤
//	                            └──── a hard link is ready when its first name is done ◀─── Done ──┘
//
// A folder gets its final mode and times after everything in it: each new name in a folder
// changes its times, and its mode may forbid new names. Folders, links and nodes (named pipes,
// devices) share one lane: the first to become ready comes first. So the contents of a folder
// come before the folder. A hard link names the file to link to, so hard links are batches of
// their own in that lane. A folder waits for them as for its files.
//
// A comparison (StartCompare) walks both sides. Its batches hold only files that need reading;
// a difference in name, kind or size is an event. A tree without a destination (CheckSource)
// is a list of its files.
//
// Files is a walk without batches: brood run takes its items from it.
package plan

import (
	"context"
	"sync"
	"time"

	"brood/internal/event"
	"brood/internal/filecopy"
)

// Options select the files and shape the batches. Call Validate before use.
type Options struct {
	Include   []string // doublestar patterns: only files that match one of them; none: all files
	Exclude   []string // doublestar patterns: no file and no folder that matches one of them
	Listing   *Listing // the names to take, of a tree with one root; nil: all names
	Only      *Only    // names that another run has not copied; nil: all names
	Overwrite filecopy.Overwrite
	Archive   bool // keep hard links and attributes, and copy named pipes and devices
	Strict    bool // with Archive: a copy without an attribute gets a child even if it cannot have it
	Recheck   bool // a file that seems to be done gets a child all the same, to verify it

	// How many files a batch has.
	PerChild int       // this number, 1 at least
	Guided   bool      // instead: small files until the batch has enough work; a big file alone
	ForTasks BatchSize // instead of both: batches for other machines; the zero value means none
	Slots    int       // with Guided: batches that run at once at the beginning, 1 at least
	ArgRoom  int       // most bytes of names in a batch, with 9 more for each name; 0: no bound

	Stall time.Duration // longest wait for an answer of source or destination; 0: no limit
}

// Plan is a stream of batches.
type Plan struct {
	opts  Options
	emit  event.Sink
	pulse *pulse // of the walk
	roots int    // of the tree

	batches chan Batch
	notices chan notice
	ended   chan struct{} // closed when feed has returned
	walked  chan struct{} // closed when the walk has returned

	running sync.WaitGroup // feed and watch
}

// notice is a message to feed, other than an entry of the walk: that a batch is done, or that
// the walk is silent. Both use one channel, since one more in feed's select costs a dry run 3 %.
type notice struct {
	done   Batch
	silent bool // the walk has waited too long for an answer
}

// Sizes of the queues between the walk, the plan and the scheduler.
const (
	foundAhead = 256 // entries that the walk may be ahead of feed
	laneBatch  = 256 // most folders and links in a batch
	laneAhead  = 4 * laneBatch
)

// Start begins to walk the tree. Batches closes when all work is done, or soon after ctx is
// done. The caller must call Done for each batch that it receives. Names that need no child
// are events: Skipped or Failed.
//
// While there are batches to do, the plan keeps waiting for a walk without an answer. When they
// are done and the answer has not come for Options.Stall, it gives the walk up. Then the name
// that the walk asked about is Failed, a Stopping event reports that the rest was not read, and
// Batches closes.
func Start(ctx context.Context, t Tree, opts Options, emit event.Sink) (*Plan, error) {
	w, err := walkInTime(ctx, t, opts, emit)
	if err != nil {
		return nil, err
	}
	return start(w, w.run), nil
}

func walkInTime(ctx context.Context, t Tree, opts Options, emit event.Sink) (*walk, error) {
	return inTime(opts.Stall, func(p *pulse) (*walk, error) { return newWalk(ctx, p, t, opts, emit) })
}

// wholeInTime is inTime for a whole walk: do must end soon after its context is done.
func wholeInTime[T any](ctx context.Context, opts Options, do func(context.Context, *pulse) (T, error)) (T, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // ends a walk that inTime gave up
	return inTime(opts.Stall, func(p *pulse) (T, error) { return do(ctx, p) })
}

// start runs the walk in one goroutine and feed in another. The end of feed ends the walk. A
// third goroutine watches for a silent walk.
func start(w *walk, run func()) *Plan {
	ctx, cancel := context.WithCancel(w.ctx)
	w.ctx = ctx
	found := make(chan entry, foundAhead)
	w.pass = func(e entry) {
		select {
		case found <- e:
		case <-ctx.Done():
		}
	}
	p := &Plan{
		opts: w.opts, emit: w.emit, pulse: w.pulse, roots: w.tree.roots(),
		batches: make(chan Batch), notices: make(chan notice),
		ended: make(chan struct{}), walked: make(chan struct{}),
	}
	go func() {
		defer close(p.walked)
		defer close(found)
		defer w.close()
		run()
	}()
	p.running.Go(func() { p.pulse.watch(ctx, func() { p.tell(notice{silent: true}) }) })
	p.running.Go(func() {
		defer cancel()
		newFeed(p, found).run(ctx)
	})
	return p
}

// Batches returns the channel of the batches that can start now.
func (p *Plan) Batches() <-chan Batch { return p.batches }

// Done tells the plan that a batch has ended, well or not. Items that waited for it become ready.
func (p *Plan) Done(b Batch) { p.tell(notice{done: b}) }

func (p *Plan) tell(n notice) {
	select {
	case p.notices <- n:
	case <-p.ended:
	}
}

// Wait returns when the plan has ended. It leaves behind a walk that waits for an answer, but
// in any case the plan emits nothing after Wait has returned.
func (p *Plan) Wait() {
	const patience = time.Second // a cancelled walk asks no more, so it ends sooner unless it hangs
	p.running.Wait()
	select {
	case <-p.walked:
	case <-time.After(patience):
		p.pulse.mute()
	}
}

// Tree is what to copy, and where: sources and a destination that Check found to be fit, and
// opened. An item has the same name below its root and below the destination.
//
//	brood copy videos DEST              root "videos", all of it
//	brood copy a.mov b/c.mov b/d DEST   root "." with the name a.mov, root "b" with c.mov and d
//
// CheckSource returns a tree without a destination. Its plan is a list of files: the batches
// hold every regular file that the filters choose, links and special files are Skipped, and
// folders are no items. Overwrite, Archive, Strict and Recheck have no effect, and Measure needs
// no room.
type Tree struct {
	Source string   // the first root, a folder
	Names  []string // the names in Source to copy; nil for the whole folder
	More   []Root   // further roots; no two roots have the same name
	Dest   string   // a folder, or nothing yet; "" if there is no destination

	Folders *Folders // the open roots and Dest; nil: the walk opens them by their paths
}

// Root is a folder that holds sources.
type Root struct {
	Path  string
	Names []string // the names of the sources; nil if the folder itself is the source
}

// Root returns the root with a number, from 0 on; see Batch.Root.
func (t Tree) Root(n int) Root {
	if n == 0 {
		return Root{t.Source, t.Names}
	}
	return t.More[n-1]
}

// TreeOf returns the tree of roots that are copied whole.
func TreeOf(roots []string, dest string) Tree {
	t := Tree{Source: roots[0], Dest: dest}
	for _, path := range roots[1:] {
		t.More = append(t.More, Root{Path: path})
	}
	return t
}

// Open opens the folders of a tree whose sources were checked on another machine. An error, and
// stall, is as for Check.
func Open(roots []string, dest string, stall time.Duration) (Tree, error) {
	return inTime(stall, func(p *pulse) (Tree, error) { return TreeOf(roots, dest).openFolders(p) })
}

// roots returns the number of roots.
func (t Tree) roots() int { return 1 + len(t.More) }
