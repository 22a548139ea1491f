// Package run is one run of brood from its first event to its last.
//
// A Spec says what to do. Copy, Verify, Follow and CopyBatch do it and return an Outcome:
//
//	outcome, err := run.Copy(run.Spec{Sources: []string{"videos"}, Dest: "/disk/videos", …}, streams)
//
// An error means that nothing was begun, unless it is a *BrokenOff. Everything that went
// wrong later is in the log, in the summary and in the Outcome.
//
// A run has one stream of events. Everything else is a reader of that stream, and none of
// them calls another:
//
//	place ── events ─▶ stream ─▶ status ─▶ display, summary, Outcome, brood ps
//	  ▲                   ├────▶ log, answer, --record, --checksums, --report
//	  │                   └────▶ halt ──┐
//	  └──── stops ◀── signals ◀─────────┘  (controllers: they ask for a stop)
//
// The place is where the batches are worked on. Each place has its own file:
//
//	here       children of this process (local.go)
//	cluster    tasks of a Slurm cluster, submitted and followed (cluster.go)
//	following  tasks that another brood has submitted (follow.go)
//	node       this process is such a task: children for the items of one batch (task.go)
//
// The places of brood run are commands (commands.go), commandCluster (commands_cluster.go), following, and commandNode
// (commands_task.go).
package run

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/hashicorp/go-hclog"

	"brood/internal/event"
	"brood/internal/filecopy"
	"brood/internal/plan"
	"brood/internal/process"
	"brood/internal/schedule"
	"brood/internal/status"
	"brood/internal/view"
)

// grace is how long a terminated child may take before it is killed, and a
// killed one before it is abandoned.
const grace = 5 * time.Second

// parentGC is the GOGC of a parent: its work is to wait. With 5,000 children alive it
// uses 22 MiB instead of 26, and takes no longer.
const parentGC = 50

// Outcome is how a run ended.
type Outcome struct {
	Signal syscall.Signal // the first signal that ended the run early, 0 for none
	Failed bool           // an item failed or differs, some were not done, or an output file is incomplete
}

// BrokenOff is the error of a run that failed after it had begun.
type BrokenOff struct{ error }

// Unwrap returns the cause.
func (b *BrokenOff) Unwrap() error { return b.error }

// Copy copies the sources, on this machine or on a cluster.
func Copy(spec Spec, std Streams) (Outcome, error) {
	tree, err := plan.CheckAgain(spec.Only, spec.Sources, spec.Dest, spec.Stall)
	if err != nil {
		return Outcome{}, err
	}
	defer tree.Folders.Close()
	if err := canList(&spec, tree); err != nil {
		return Outcome{}, err
	}
	if spec.Cluster != nil {
		return copyByCluster(tree, &spec, std)
	}
	return runHere(tree, &spec, std)
}

// Verify compares the sources with their copies.
func Verify(spec Spec, std Streams) (Outcome, error) {
	tree, err := plan.CheckCompare(spec.Sources, spec.Dest, spec.Stall)
	if err != nil {
		return Outcome{}, err
	}
	defer tree.Folders.Close()
	if err := canList(&spec, tree); err != nil {
		return Outcome{}, err
	}
	return runHere(tree, &spec, std)
}

// canList returns an error for a listing without a folder that its names are relative to.
func canList(spec *Spec, tree plan.Tree) error {
	if spec.Listing != nil && tree.Names != nil {
		return fmt.Errorf("source %q: is a file, but the names of a list are below a folder", spec.Sources[0])
	}
	return nil
}

// run is a run under way.
type run struct {
	spec *Spec
	tree plan.Tree
	std  Streams

	stream  *event.Stream
	status  status.Fold
	stops   chan schedule.Stop // from the signals, from halt and, on a node, from the job folder
	halt    *halt
	log     *log
	answer  *bufio.Writer // names on standard output
	display *display
	outputs Outputs
}

// place is where the batches of a run are worked on.
type place interface {
	// do works on them until all are done or a stop has ended that. An error means that nothing was begun,
	// unless it is a *BrokenOff.
	do(*run) (ending, error)
}

// ending is what a place reports beside its events.
type ending struct {
	signal   syscall.Signal // that ended the run early, 0 for none
	detached string         // for the user, when the run goes on without this process; else ""
	partial  string         // why some items were not worked on, "" when all were
	warnings []string
}

// execute does a run at that place, from the first event to the summary.
func execute(tree plan.Tree, spec *Spec, std Streams, at place) (Outcome, error) {
	outputs, err := openOutputs(spec, tree, std.Out)
	if err != nil {
		return Outcome{}, err
	}
	r := newRun(tree, spec, std, outputs)
	debug.SetGCPercent(parentGC)
	var end ending
	defer func() { r.log.close(end.signal) }()
	process.NotSuspended(func(why string) { r.log.note(hclog.Warn, "Ctrl-Z is ignored: "+why) })
	defer process.NotSuspended(nil)
	r.halt.start(r.emit)
	end, err = at.do(r)
	r.halt.end()
	r.display.end()
	if err != nil {
		return Outcome{}, errors.Join(err, r.outputs.Close())
	}
	return r.conclude(end), nil
}

// newRun starts the log and the display of a run.
func newRun(tree plan.Tree, spec *Spec, std Streams, outputs Outputs) *run {
	r := &run{
		spec: spec, tree: tree, std: std, outputs: outputs,
		stops:  make(chan schedule.Stop, stopsAtMost),
		log:    newLog(spec.Log, spec.Table),
		answer: bufio.NewWriter(std.Out),
	}
	r.halt = newHalt(spec.Halt, r.stops)
	if spec.Cluster != nil {
		r.halt.stops = make(chan schedule.Stop, 1) // a cluster treats these differently: slurm.Options.Halt
	}
	r.display = newDisplay(r)
	r.stream = event.NewStream(
		r.status.Read, r.outputs.Read, r.teller(), lister(spec, r.answer), r.halt.read)
	r.stream.Hold(r.outputs.Hold)
	return r
}

// teller tells people what happens: by a log, by a table of the children, or by what went wrong with commands.
func (r *run) teller() func(event.Event) {
	switch {
	case !r.spec.Table:
		return view.Log(hclog.New(&r.log.options))
	case r.spec.Command != nil:
		return view.Commands(r.log.queue)
	}
	table := &view.Endings{To: r.log.queue, Size: r.display.size, Color: r.display.color, Mute: r.display.mute}
	return table.Read
}

func (r *run) emit(e event.Event) { r.stream.Emit(e) }

// conclude ends the stream, completes the output files and writes the summary.
func (r *run) conclude(end ending) Outcome {
	finished := r.status.Finished(time.Now())
	if end.detached == "" {
		r.emit(finished)
	}
	for _, warning := range end.warnings {
		r.log.note(hclog.Warn, warning)
	}
	r.log.drain() // the answer comes after it
	closed := r.outputs.Close()
	errs := errors.Join(closed, Answer(r.answer.Flush()), Answer(r.summarize(finished, end, closed == nil)))
	if errs != nil {
		r.log.note(hclog.Error, errs.Error())
	}
	failed := end.detached == "" && finished.Failed+finished.Different+finished.Missing+finished.Extra > 0
	return Outcome{Signal: end.signal, Failed: failed || end.partial != "" || errs != nil}
}

// summarize writes the last lines of the answer. complete tells whether the output files are complete.
func (r *run) summarize(finished event.Event, end ending, complete bool) error {
	switch {
	case r.spec.Files.OnStdout(), r.spec.Command != nil && !r.spec.DryRun && !r.spec.Cluster.detaches():
		if end.detached != "" {
			r.log.note(hclog.Info, end.detached)
		}
		return nil
	case end.detached != "":
		_, err := fmt.Fprintln(r.std.Out, end.detached)
		return err
	case r.spec.JSON:
		return event.Write(r.std.Out, finished)
	case r.spec.Quiet, r.spec.Command != nil: // standard output has the output of commands
		return nil
	}
	return view.Summary(r.std.Out, finished, r.advice(complete))
}

// advice returns what the summary needs to tell about failures.
func (r *run) advice(complete bool) (a view.Advice) {
	r.status.Look(func(s *status.Standing) { a = view.AdviceOn(&s.Totals) })
	a.Columns = view.Columns(r.std.Out)
	a.Logged = r.spec.Log.Level <= hclog.Error
	// A pipe cannot be read again.
	if info, err := os.Stat(r.spec.Files.Record); complete && err == nil && info.Mode().IsRegular() {
		a.Record = r.spec.Files.Record
	}
	return a
}

// Answer returns the error of writing to standard output, nil when its reader has read enough (| head).
func Answer(err error) error {
	if err == nil || errors.Is(err, syscall.EPIPE) {
		return nil
	}
	return fmt.Errorf("standard output: %w", filecopy.Cause(err))
}
