// Package plan decides what there is to do: it walks the source, compares with
// the destination, and streams jobs in an order in which they can be done. It
// only reads; whatever is written below the destination is written by a child, so
// that a destination that hangs can hold a child, and never the parent.
//
// A million names are never in memory at once. What is kept is the path to where
// the walk stands, the folders with a file under way, short queues, and of an
// archive the files with names that the walk has not met yet:
//
//	walk ─▶ found ─▶ feed ─┬─▶ files: so many names a job ─────────────────────────┬─▶ Jobs ─▶ schedule
//	                       └─▶ folders, links, nodes; hard links: one job at a time ┘            │
//	                            ▲ ▲                                                              │
//	                            │ └── a folder is ready when its last file or hard link is done ─┤
//	                            └──── a hard link is ready when its first name is done ◀── Done ─┘
//
// A folder gets its final mode and times after all that is in it, since every new
// name in it changes its time, and its mode may forbid new names. Links, nodes
// (named pipes, devices) and folders go through one lane in the order in which they
// became ready, which puts what is in a folder before the folder. Hard links, which
// name what they are to be linked to, are jobs of their own in that lane; a folder
// waits for them as for its files.
//
// A comparison (StartCompare) walks both sides and has jobs of files alone; what
// differs already by its name, kind or size is an event.
package plan

import (
	"context"
	"os"
	"sync"

	"brood/internal/event"
	"brood/internal/filecopy"
)

// Options say what is to be copied; Validate them first.
type Options struct {
	Include   []string // doublestar patterns: only files that match one of them; none: all
	Exclude   []string // doublestar patterns: neither files nor folders that match one of them
	Only      *Only    // of these, the names that another run has not copied; nil: all
	Overwrite filecopy.Overwrite
	Archive   bool // hard links are kept, and named pipes and devices are copied
	Recheck   bool // what seems to be done already is a job all the same, to be verified
	PerChild  int  // files a job, 1 at least
	ArgRoom   int  // bytes of names that a job may have, each counted with 9 more; 0: no bound
}

// Job is work for one child.
type Job struct {
	Folders bool     // the names are no files, but folders, links and nodes, or hard links
	Names   []string // relative to source and destination, slash-separated
	Firsts  []string // of hard links, each the name to link to, which is done; else none
	Bytes   int64    // what the files have together

	of []entry // the names'
}

// Plan is a stream of jobs.
type Plan struct {
	opts Options

	jobs  chan Job
	done  chan Job
	ended chan struct{} // closed when feed has returned

	running sync.WaitGroup // walk and feed
}

// Queues between the walk, the plan and the scheduler.
const (
	foundAhead = 256 // entries that the walk may be ahead
	laneJob    = 256 // folders and links a job
	laneAhead  = 4 * laneJob
)

// Start begins to walk the tree. Jobs closes when all is done, or soon after ctx
// is done; everybody who takes a job from it calls Done for it. Skipped and
// failed entries are emitted as events.
func Start(ctx context.Context, t Tree, opts Options, emit event.Sink) (*Plan, error) {
	w, err := newWalk(ctx, t, opts, emit)
	if err != nil {
		return nil, err
	}
	return start(w, w.run), nil
}

// start walks in one goroutine and makes jobs of what is found in another.
func start(w *walk, run func()) *Plan {
	found := make(chan entry, foundAhead)
	w.pass = func(e entry) {
		select {
		case found <- e:
		case <-w.ctx.Done():
		}
	}
	p := &Plan{opts: w.opts, jobs: make(chan Job), done: make(chan Job), ended: make(chan struct{})}
	p.running.Go(func() {
		defer close(found)
		defer w.close()
		run()
	})
	p.running.Go(func() { newFeed(p, found).run(w.ctx) })
	return p
}

// Jobs are the jobs that can be started now.
func (p *Plan) Jobs() <-chan Job { return p.jobs }

// Done says that the job has ended, well or not: what waited for it becomes ready.
func (p *Plan) Done(j Job) {
	select {
	case p.done <- j:
	case <-p.ended:
	}
}

// Wait returns when nothing of the plan runs any more, and so emits no more.
func (p *Plan) Wait() { p.running.Wait() }

// Tree is a source and a destination that Check has found to be fit.
type Tree struct {
	Source string // a folder
	Dest   string // a folder, or nothing yet
	File   string // the one name in Source that is to be copied; "" for all of it
}

func openDest(dest string) (*os.Root, error) {
	root, err := os.OpenRoot(dest)
	if os.IsNotExist(err) {
		return nil, nil
	}
	return root, err
}
