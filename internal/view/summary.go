package view

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"brood/internal/event"
)

// Plan writes the name of each file that a dry run would copy or repair, quoted, on a line.
func Plan(w io.Writer) func(event.Event) {
	return func(e event.Event) {
		switch {
		case e.Kind != event.Planned:
		case e.Reason == event.ReasonRepaired:
			fmt.Fprintf(w, "repair %q\n", e.File)
		default:
			fmt.Fprintf(w, "copy %q\n", e.File)
		}
	}
}

// Differences writes each file that is not the same on both sides, quoted, on a line.
func Differences(w io.Writer) func(event.Event) {
	return func(e event.Event) {
		if e.Kind == event.Differs {
			fmt.Fprintf(w, "%-14s  %q\n", e.Reason, e.File)
		}
	}
}

// DifferencesJSON writes the events of these files, each as a line of JSON.
func DifferencesJSON(w io.Writer) func(event.Event) {
	return func(e event.Event) {
		if e.Kind == event.Differs {
			_ = event.Write(w, e) // a buffered writer says so at its end
		}
	}
}

// Summary writes what a finished run came to, for people.
func Summary(w io.Writer, e event.Event) error {
	var t table
	fmt.Fprintln(&t, head(e))
	if e.Verify {
		t.row("equal", count(e.Files), Bytes(e.Bytes))
		t.row("different", count(e.Different))
		t.row("missing", count(e.Missing))
		t.row("extra", count(e.Extra))
	} else {
		// Of files planned and copied a run has one or the other.
		t.row("files", count(e.Files+e.Planned), Bytes(e.Bytes+e.PlannedBytes))
	}
	if e.Verified > 0 {
		t.row("verified", strings.TrimSpace(count(e.Verified)+" by "+e.Hash+" "+e.Digest))
	}
	if e.Links > 0 {
		t.row("links", count(e.Links))
	}
	if e.Repaired > 0 {
		t.row("repaired", count(e.Repaired))
	}
	t.row("skipped", count(e.Skipped))
	t.row("failed", count(e.Failed))
	if e.Retried > 0 {
		t.row("retried", count(e.Retried))
	}
	if e.Reason != "" {
		t.row("halted", e.Reason)
	}
	if len(e.Losses) > 0 {
		t.row("not kept", losses(e.Losses)...)
	}
	if !e.DryRun {
		if e.Tasks > 0 {
			t.row("tasks", count(e.Tasks), "on "+plural(e.Nodes, "node"))
		}
		t.row("children", children(e)...)
		t.row("time", fmt.Sprintf("%.3f s", e.Duration), Bytes(int64(e.Rate))+"/s")
	}
	_, err := io.WriteString(w, t.String())
	return err
}

// table has a line for each thing that is counted.
type table struct{ strings.Builder }

func (t *table) row(name string, values ...string) {
	fmt.Fprintf(t, "  %-9s %s\n", name, strings.Join(values, ", "))
}

// tasksOn is 25 tasks on 3 nodes.
func tasksOn(tasks, nodes int) string { return plural(tasks, "task") + " on " + plural(nodes, "node") }

func plural(n int, of string) string {
	if n == 1 {
		return "1 " + of
	}
	return count(n) + " " + of + "s"
}

func children(e event.Event) []string {
	parts := []string{count(e.Children), "at most " + count(e.Peak) + " at once"}
	if e.Jobs > 0 { // it was looked for
		parts = append(parts, "settled on "+count(e.Jobs))
	}
	if e.Abandoned > 0 {
		parts = append(parts, count(e.Abandoned)+" abandoned")
	}
	return parts
}

// losses is what was lost, of how many files.
func losses(of map[string]int) (parts []string) {
	for _, what := range slices.Sorted(maps.Keys(of)) {
		parts = append(parts, fmt.Sprintf("%s of %s", what, count(of[what])))
	}
	return parts
}

func head(e event.Event) string {
	switch {
	case e.Verify:
		return compared(e)
	case e.DryRun:
		return fmt.Sprintf("would copy %q to %q", e.Source, e.Dest)
	case e.Signal != "":
		return fmt.Sprintf("stopped by %s while copying %q to %q", e.Signal, e.Source, e.Dest)
	case e.Failed > 0:
		return fmt.Sprintf("copied %q in part to %q", e.Source, e.Dest)
	}
	return fmt.Sprintf("copied %q to %q", e.Source, e.Dest)
}

func compared(e event.Event) string {
	sides := fmt.Sprintf("%q and %q", e.Source, e.Dest)
	switch {
	case e.Signal != "":
		return fmt.Sprintf("stopped by %s while comparing %s", e.Signal, sides)
	case e.Different+e.Missing+e.Extra > 0:
		return sides + " differ"
	case e.Failed > 0:
		return sides + " could be compared in part only"
	}
	return sides + " are the same"
}
