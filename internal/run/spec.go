package run

import (
	"io"
	"os"
	"time"

	"github.com/hashicorp/go-hclog"

	"brood/internal/confine"
	"brood/internal/digest"
	"brood/internal/event"
	"brood/internal/filecopy"
	"brood/internal/plan"
	"brood/internal/process"
)

// Spec is what a command line asked for. It is complete before the run begins, and a
// run only reads it.
type Spec struct {
	Sources []string // one at least
	Dest    string

	// The items.
	Include, Exclude []string           // doublestar patterns
	Listing          *plan.Listing      // the items to take, of a single folder as the source; nil for all
	Only             *plan.Only         // the items that another run failed to copy; nil for all
	Overwrite        filecopy.Overwrite // which existing files are replaced
	Archive          bool               // also owners, attributes, hard links and special files
	Compare          bool               // compare both folders, copy nothing
	DryRun           bool               // list what would be copied
	Force            bool               // begin although the destination has too little room
	PerChild         int                // items in a batch, at least 1
	Guided           bool               // fill a batch until it has enough work instead

	// What counts as done.
	Hash            digest.Hash // verify by this hash; "" for no verification
	Strict          bool        // an attribute that the destination cannot hold is a failure
	Durable, Resume bool

	// The children.
	Name    string        // they are called Name-1, Name-2 …
	Slots   int           // children at once, 0 for no limit
	Delay   time.Duration // shortest time between two starts
	Auto    bool          // look for the best number of slots, beginning with Slots
	Room    Room
	Daemon  bool
	Confine confine.Mode
	Limits  process.Limits // of each child
	Rate    int64          // bytes a second for all children together, 0 for no limit

	// Failures.
	Stall   time.Duration // end a child that makes no progress for this time, 0 for never
	Timeout time.Duration // end a child that needs longer for one item, 0 for never
	Percent float64       // the same in percent of the median of the commands that ended well, 0 for never
	Retries int
	Halt    Halt

	// The log and the result.
	Log         hclog.LoggerOptions
	Table       bool // for people at a terminal: a line for each child that has ended, in place of the log
	Quiet, JSON bool
	Progress    ProgressMode
	Files       Files

	Command *Command // run it once per item; nil to copy or compare
	Cluster *Cluster // run on a cluster; nil for this machine
	Task    *Task    // this process is a task of such a run; nil for the others
}

// Streams are where a run writes its result and its log.
type Streams struct{ Out, Err io.Writer }

// Cluster is what a command line asked for about a run on a cluster.
type Cluster struct {
	JobFolder string   // "" for a new folder beside the destination
	Sbatch    []string // flags for sbatch
	Flags     []string // flags that each task gets
	Throttle  int      // tasks at once, 0 for as many as Slurm starts
	Slots     int      // children at once in a task, 0 for as many as its node has CPUs
	PerTask   int      // items in a task's batch at most, 0 for as many as give it enough work
	Heartbeat time.Duration
	Detach    bool // leave as soon as all tasks are submitted
}

// detaches tells whether the run leaves by itself. It may be called on nil.
func (c *Cluster) detaches() bool { return c != nil && c.Detach }

// Task is what the command line of a task says about itself.
type Task struct {
	JobFolder  string
	Batch      int  // the number of its batch
	Generation int  // the number of the array that it belongs to
	Again      bool // an earlier task had the same batch
}

// Validate returns an error for patterns and counts that make no sense.
func (s *Spec) Validate() error { return s.planOptions(0).Validate() }

// planOptions returns the spec as package plan needs it, for that number of slots.
func (s *Spec) planOptions(slots int) plan.Options {
	o := plan.Options{
		Include: s.Include, Exclude: s.Exclude, Listing: s.Listing, Only: s.Only,
		Overwrite: s.Overwrite, Archive: s.Archive, Strict: s.Strict,
		PerChild: s.PerChild, Guided: s.Guided, Slots: slots, Stall: s.Stall,
		Recheck: !s.Compare && (s.Hash != "" || s.Durable),
	}
	if s.DryRun {
		o.PerChild, o.Guided = 1, false // each file is a line of the answer
		o.Recheck = false               // a child rechecks existing files, and a dry run has none
	}
	return o
}

// copyOptions returns the spec as package filecopy needs it.
func (s *Spec) copyOptions() filecopy.Options {
	return filecopy.Options{
		Overwrite: s.Overwrite, Archive: s.Archive, Strict: s.Strict,
		Durable: s.Durable, Resume: s.Resume, Hash: s.Hash,
		Shared: s.Task != nil, // a task on another node may copy the same file, and sees no lock of ours
	}
}

// begun returns the event that begins the run.
func (s *Spec) begun() event.Event {
	e := event.Event{
		Kind: event.Begun, Version: event.Version, PID: os.Getpid(), PPID: os.Getppid(),
		Dest: s.Dest, Hash: string(s.Hash), DryRun: s.DryRun, Verify: s.Compare,
	}
	if s.Command != nil {
		e.Version, e.Command = event.CommandVersion, s.Command.Words
	}
	if len(s.Sources) == 1 {
		e.Source = s.Sources[0]
	} else {
		e.Sources = s.Sources
	}
	return e
}
