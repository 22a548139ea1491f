// Package plan decides what there is to do: it walks the source, compares with
// the destination, and streams batches in an order in which they can be done. It
// only reads; whatever is written below the destination is written by a child, so
// that a destination that hangs while it is written to can hold a child, and never the
// parent. What gives no answer while it is read, for Options.Stall, is given up.
//
// A million names are never in memory at once. What is kept is the path to where
// the walk stands, the folders with a file under way, short queues, and of an
// archive the files with names that the walk has not met yet:
//
//	walk ─▶ found ─▶ feed ─┬─▶ files: so many names a batch, or so much work ────────┬─▶ Batches ─▶ schedule
//	                       └─▶ folders, links, nodes; hard links: one batch at a time ┘            │
//	                            ▲ ▲                                                              │
//	                            │ └── a folder is ready when its last file or hard link is done ─┤
//	                            └──── a hard link is ready when its first name is done ◀── Done ─┘
//
// A folder gets its final mode and times after all that is in it, since every new
// name in it changes its time, and its mode may forbid new names. Links, nodes
// (named pipes, devices) and folders go through one lane in the order in which they
// became ready, which puts what is in a folder before the folder. Hard links, which
// name what they are to be linked to, are batches of their own in that lane; a folder
// waits for them as for its files.
//
// A comparison (StartCompare) walks both sides and has batches of files alone; what
// differs already by its name, kind or size is an event.
package plan

import (
	"context"
	"slices"
	"sync"
	"time"

	"brood/internal/event"
	"brood/internal/filecopy"
)

// Options say what is to be copied; Validate them first.
type Options struct {
	Include   []string // doublestar patterns: only files that match one of them; none: all
	Exclude   []string // doublestar patterns: neither files nor folders that match one of them
	Only      *Only    // of these, the names that another run has not copied; nil: all
	Overwrite filecopy.Overwrite
	Archive   bool  // hard links and attributes are kept, and named pipes and devices are copied
	Strict    bool  // of Archive: a copy that lacks an attribute is a batch, even if it cannot be given
	Recheck   bool  // what seems to be done already is a batch all the same, to be verified
	PerChild  int   // files a batch, 1 at least
	Guided    bool  // instead, small files share a batch until it has enough to do, and a big one has its own
	Chunk     Chunk // instead of both, batches for other machines; the zero value is none
	Slots     int   // of Guided: how many batches run at once, 1 at least; where that changes, at the beginning
	ArgRoom   int   // bytes of names that a batch may have, each counted with 9 more; 0: no bound

	Stall time.Duration // how long source or destination may give no answer; 0: for ever
}

// Batch is work for one child.
type Batch struct {
	Folders bool     // the names are no files, but folders, links and nodes, or hard links
	Items   []string // relative to source and destination, slash-separated
	Firsts  []string // of hard links, each the name to link to, which is done; else none
	Bytes   int64    // what those of the files have together that are copied

	of []entry // the names'
}

// Repairs tells whether the batch copies nothing: its files are there, and lack attributes.
func (b Batch) Repairs() bool {
	return !slices.ContainsFunc(b.of, func(e entry) bool { return !e.repair })
}

// Plan is a stream of batches.
type Plan struct {
	opts  Options
	emit  event.Sink
	pulse *pulse // of the walk

	batches chan Batch
	notices chan notice
	ended   chan struct{} // closed when feed has returned
	walked  chan struct{} // and this one when walk has

	running sync.WaitGroup // feed and watch
}

// news is what feed hears of besides what is found. (It is one channel, since one more
// in its select costs a dry run 3 %.)
type notice struct {
	done   Batch
	silent bool // the walk has had no answer for long
}

// Queues between the walk, the plan and the scheduler.
const (
	foundAhead = 256 // entries that the walk may be ahead
	laneBatch  = 256 // folders and links a batch
	laneAhead  = 4 * laneBatch
)

// Start begins to walk the tree. Batches closes when all is done, or soon after ctx
// is done; everybody who takes a batch from it calls Done for it. Skipped and
// failed entries are emitted as events.
//
// A walk that has had no answer for Options.Stall may still have one while there are
// batches to do. Then it is given up: what it has asked for is Failed, an event Stopping
// says that what lies behind was not looked at, and Batches closes.
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

// wholeInTime is inTime of a walk from its beginning to its end.
func wholeInTime[T any](ctx context.Context, opts Options, do func(context.Context, *pulse) (T, error)) (T, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // ends one that is left behind
	return inTime(opts.Stall, func(p *pulse) (T, error) { return do(ctx, p) })
}

// start walks in one goroutine and makes batches of what is found in another, which ends
// the first; a third has the clock.
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
		opts: w.opts, emit: w.emit, pulse: w.pulse,
		batches: make(chan Batch), notices: make(chan notice), ended: make(chan struct{}), walked: make(chan struct{}),
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

// Batches are the batches that can be started now.
func (p *Plan) Batches() <-chan Batch { return p.batches }

// Done says that the batch has ended, well or not: what waited for it becomes ready.
func (p *Plan) Done(b Batch) { p.tell(notice{done: b}) }

func (p *Plan) tell(n notice) {
	select {
	case p.notices <- n:
	case <-p.ended:
	}
}

// Wait returns when nothing of the plan runs any more, but for a walk that has no
// answer just then; in any case when no more is emitted.
func (p *Plan) Wait() {
	const patience = time.Second // a walk that is to end asks no more
	p.running.Wait()
	select {
	case <-p.walked:
	case <-time.After(patience):
		p.pulse.mute()
	}
}

// Tree is a source and a destination that Check found to be fit, and opened. CheckSource
// returns a tree without a destination. Its plan is a list of files: the batches hold every
// regular file that the filters choose, links and special files are Skipped, and folders are
// no items. Overwrite, Archive, Strict and Recheck have no effect, and Measure needs no room.
type Tree struct {
	Source string // a folder
	Dest   string // a folder, or nothing yet; "" if there is no destination
	File   string // the one name in Source that is to be copied; "" for all of it

	Folders *Folders // Source and Dest, opened; nil: a walk opens them by their paths
}
