// Package view draws events, the state of a run and a census for people and for other programs:
//
//	event.Event ──▶ Log · Endings · Record · Checksums · Plan · Differences · Summary
//	status.Standing ──▶ Progress · Say
//	status.Timeline ──▶ Report · SVG · Trace
//	census.Census ──▶ Processes
//
// A view has no result, and no effect except its output. Names and other foreign text reach a terminal escaped.
// Queue and Footer keep a slow terminal from delaying a run.
package view

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/go-hclog"

	"brood/internal/event"
)

// Log writes log lines for events, and at the end a line for each attribute that files lost. Messages are constant,
// and the keys are those of the events' JSON. Names and foreign text are quoted, so they cannot move the cursor.
func Log(logger hclog.Logger) func(event.Event) {
	failed := "not copied"
	return func(e event.Event) {
		level, message, pairs := line(e)
		switch {
		case e.Kind == event.Begun && e.Verify:
			failed = "not compared"
		case e.Kind == event.Begun && len(e.Command) > 0:
			failed = "command failed"
		case e.Kind == event.Failed:
			message = failed
		}
		if message != "" {
			logger.Log(level, message, onOneLine(pairs)...)
		}
		if e.Kind == event.Finished && e.Totals != nil {
			for _, what := range slices.Sorted(maps.Keys(e.Losses)) {
				logger.Warn("not kept", "what", quoted(what), "files", e.Losses[what])
			}
		}
	}
}

// onOneLine quotes words that need it, as hclog writes a newline unchanged.
func onOneLine(pairs []any) []any {
	for i, value := range pairs {
		if s, ok := value.(string); ok && strconv.Quote(s) != `"`+s+`"` {
			pairs[i] = quoted(s)
		}
	}
	return pairs
}

func line(e event.Event) (hclog.Level, string, []any) {
	switch e.Kind {
	case event.Begun:
		if len(e.Command) > 0 {
			pairs := []any{"pid", e.PID, "ppid", e.PPID, "command", quoted(strings.Join(e.Command, " "))}
			return hclog.Info, "parent started", withSome(pairs, "slots", e.Slots)
		}
		pairs := []any{"pid", e.PID, "ppid", e.PPID, "source", quoted(e.Source), "dest", quoted(e.Dest)}
		if n := len(e.Sources); n > 0 {
			pairs[4], pairs[5] = "sources", n
		}
		return hclog.Info, "parent started", withSome(pairs, "slots", e.Slots)
	case event.Limited:
		pairs := []any{"slots", e.Slots, "asked", e.Asked, "reason", quoted(e.Reason)}
		return hclog.Warn, "fewer children at once", pairs
	case event.Adjusted:
		return adjusted(e)
	case event.Submitted:
		pairs := []any{"array", e.Array, "tasks", e.Tasks, "items", e.Items, "size", e.Size}
		return hclog.Info, "tasks submitted", pairs
	case event.Pending:
		return pending(e)
	case event.Started:
		pairs := append(process(e), "ppid", e.PPID, "file", quoted(e.File))
		return hclog.Info, childOrTask(e) + " started", withItems(e, pairs...)
	case event.Exited:
		return exited(e)
	case event.Retried:
		return retried(e)
	case event.Silent:
		return hclog.Debug, "child silent", heldUp(e)
	case event.Measured:
		return hclog.Debug, "measured", []any{"items", e.Items, "size", e.Size}
	case event.Stalled:
		return hclog.Warn, "child stalled", heldUp(e)
	case event.Failed:
		return hclog.Error, "not copied", withSleep(e, withChild(e, "file", quoted(e.File), "error", quoted(e.Error)))
	case event.Stopping:
		return hclog.Warn, "stopping", append(withSome(nil, "signal", e.Signal), "reason", quoted(e.Reason))
	case event.Skipped:
		return skippedLevel(e), "skipped", []any{"file", quoted(e.File), "reason", quoted(e.Reason)}
	case event.Copied:
		return copied(e)
	case event.Verified:
		pairs := []any{"file", quoted(e.File), "bytes", e.Bytes, "hash", e.Hash, "digest", e.Digest}
		return hclog.Debug, "verified", withChild(e, pairs...)
	case event.Differs:
		return hclog.Debug, "differs", withChild(e, "file", quoted(e.File), "reason", quoted(e.Reason))
	case event.Linked, event.Made, event.Ran:
		return hclog.Debug, string(e.Kind), withChild(e, "file", quoted(e.File))
	case event.Progress:
		pairs := []any{"file", quoted(e.File), "bytes", e.Bytes, "size", e.Size}
		return hclog.Trace, "progress", withChild(e, withSome(pairs, "phase", e.Phase)...)
	case event.Finished:
		pairs := []any{"files", e.Files, "bytes", e.Bytes, "failed", e.Failed, "duration", e.Duration}
		return hclog.Debug, "parent finished", pairs
	}
	return hclog.NoLevel, "", nil
}

func pending(e event.Event) (hclog.Level, string, []any) {
	if e.Tasks == 0 {
		return hclog.Info, "cluster", []any{"reason", quoted(e.Reason)}
	}
	return hclog.Info, "tasks wait", []any{"tasks", e.Tasks, "reason", quoted(e.Reason)}
}

func adjusted(e event.Event) (hclog.Level, string, []any) {
	level, message := hclog.Info, "number of children changed"
	if e.Trying {
		level, message = hclog.Debug, "trying another number of children"
	}
	return level, message, append(withSome([]any{"slots", e.Slots}, "asked", e.Asked), "reason", quoted(e.Reason))
}

func copied(e event.Event) (hclog.Level, string, []any) {
	pairs := []any{"file", quoted(e.File), "bytes", e.Bytes, "method", e.Method}
	pairs = withSome(pairs, "hash", e.Hash)
	pairs = withSome(pairs, "digest", e.Digest)
	pairs = withSome(pairs, "resumed", e.Resumed)
	if e.Retries > 0 { // a disk, a cable or memory is unreliable
		const message = "copied again, since the copy differed when read back"
		return hclog.Warn, message, withChild(e, append(pairs, "retries", e.Retries)...)
	}
	return hclog.Debug, "copied", withChild(e, pairs...)
}

// withSome adds a pair whose value is not zero.
func withSome[V comparable](pairs []any, key string, value V) []any {
	var zero V
	if value == zero {
		return pairs
	}
	return append(pairs, key, value)
}

// skippedLevel is Warn for files that will be missing, and Debug for files that were copied before. It is Debug for
// losses, too: Log counts these at the end.
func skippedLevel(e event.Event) hclog.Level {
	switch e.Reason {
	case event.ReasonDone, event.ReasonExists, event.ReasonRepaired:
		return hclog.Debug
	}
	if len(e.Lost) > 0 {
		return hclog.Debug
	}
	return hclog.Warn
}

func exited(e event.Event) (hclog.Level, string, []any) {
	pairs := process(e)
	switch {
	case e.Error != "": // abandoned
		pairs = append(pairs, "file", quoted(e.File), "error", quoted(e.Error))
		return hclog.Error, childOrTask(e) + " abandoned", withSleep(e, pairs)
	case e.Signal != "":
		pairs = append(pairs, "signal", e.Signal)
	case e.ExitCode == nil: // its end is unknown
		return hclog.Warn, childOrTask(e) + " lost", append(pairs, "file", quoted(e.File), "reason", quoted(e.Reason))
	default:
		pairs = append(pairs, "exitcode", *e.ExitCode)
	}
	return hclog.Info, childOrTask(e) + " exited", append(pairs, "bytes", e.Bytes, "duration", seconds(e.Duration))
}

func retried(e event.Event) (hclog.Level, string, []any) {
	pairs := []any{"file", quoted(e.File), "error", quoted(e.Error)}
	if e.Attempt == 0 {
		return hclog.Debug, "child not started yet", pairs
	}
	pairs = append(pairs, "attempt", e.Attempt, "delay", seconds(e.Delay))
	return hclog.Warn, "will be tried again", withChild(e, pairs...)
}

// heldUp returns the pairs of a child that makes no progress.
func heldUp(e event.Event) []any {
	return withSleep(e, withChild(e, "file", quoted(e.File), "reason", quoted(e.Reason)))
}

// withSleep adds the state of a child and the kernel function that it waits in, if known.
func withSleep(e event.Event, pairs []any) []any {
	return withSome(withSome(pairs, "state", e.State), "wchan", e.WChan)
}

// withItems adds the number of a child's items if there are several.
func withItems(e event.Event, pairs ...any) []any {
	if e.Items > 1 {
		pairs = append(pairs, "items", e.Items)
	}
	return pairs
}

// withChild adds the child, if the event is about one.
func withChild(e event.Event, pairs ...any) []any {
	if e.PID != 0 {
		pairs = append(pairs, process(e)...)
	}
	return pairs
}

// process returns the pairs that identify a process.
func process(e event.Event) []any {
	return withSome(withSome([]any{"name", e.Name, "pid", e.PID}, "node", e.Node), "task", e.Task)
}

func childOrTask(e event.Event) string {
	if e.Task != "" {
		return "task"
	}
	return "child"
}

// quoted is written as a Go string in text, and unchanged in JSON.
func quoted(s string) any { return hclog.Quote(s) }

// seconds rounds to milliseconds. The record has the exact value.
func seconds(d float64) float64 { return float64(int64(d*1000+0.5)) / 1000 }
