package view

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"brood/internal/event"
)

// Plan writes a line for each file that a dry run would copy or repair. The names are quoted.
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

// Differences writes a line for each file that differs between the two sides. The names are quoted.
func Differences(w io.Writer) func(event.Event) {
	return func(e event.Event) {
		if e.Kind == event.Differs {
			fmt.Fprintf(w, "%-14s  %q\n", e.Reason, e.File)
		}
	}
}

// DifferencesJSON writes the event of each file that differs as a line of JSON.
func DifferencesJSON(w io.Writer) func(event.Event) {
	return func(e event.Event) {
		if e.Kind == event.Differs {
			_ = event.Write(w, e) // w is buffered; its Flush returns the error
		}
	}
}

// Summary writes the result of a finished run for people.
func Summary(w io.Writer, e event.Event, a Advice) error {
	text, _ := summary(e, a, languageOf("en"))
	_, err := io.WriteString(w, text)
	return err
}

// summary returns the text. whole tells whether it names each failure in full.
func summary(e event.Event, a Advice, l language) (text string, whole bool) {
	t := table{language: l}
	fmt.Fprintln(&t, head(e, l))
	ran := len(e.Command) > 0
	if ran {
		t.row("succeeded", count(e.Files))
	} else if e.Verify {
		t.row("equal", count(e.Files), Bytes(e.Bytes))
		t.row("different", count(e.Different))
		t.row("missing", count(e.Missing))
		t.row("extra", count(e.Extra))
	} else {
		// A run has either planned or copied files, never both.
		t.row("files", count(e.Files+e.Planned), Bytes(e.Bytes+e.PlannedBytes))
	}
	if e.Verified > 0 {
		t.row("verified", l.say("%s by %s", count(e.Verified), strings.TrimSpace(e.Hash+" "+e.Digest)))
	}
	if e.Links > 0 {
		t.row("links", count(e.Links))
	}
	if e.Repaired > 0 {
		t.row("repaired", count(e.Repaired))
	}
	if !ran {
		t.row("skipped", count(e.Skipped))
	}
	t.row("failed", count(e.Failed))
	if e.Retried > 0 {
		t.row("retried", count(e.Retried))
	}
	if e.Reason != "" {
		t.row("halted", l.reason(e.Reason))
	}
	switch {
	case e.Unbegun > 0:
		t.row("not begun", count(e.Unbegun))
	case a.uncounted:
		t.row("not begun", l.say("unknown"))
	}
	if len(e.Losses) > 0 {
		t.row("not kept", losses(e.Losses, l)...)
	}
	if !e.DryRun {
		if e.Tasks > 0 {
			t.row("tasks", count(e.Tasks), l.say("on %s", l.plural(e.Nodes, "node")))
		}
		t.row("children", children(e, l)...)
		values := []string{fmt.Sprintf("%.3f s", e.Duration)}
		if !ran {
			values = append(values, Bytes(int64(e.Rate))+"/s")
		}
		t.row("time", values...)
	}
	whole = a.failures(&t.Builder, e, l)
	return t.String(), whole
}

// table has a row for each thing that is counted.
type table struct {
	strings.Builder
	language language
}

func (t *table) row(name string, values ...string) {
	fmt.Fprintf(t, "  %s %s\n", pad(t.language.say(name), 9), t.language.list(values))
}

// tasksOn returns, say, "25 tasks on 3 nodes".
func tasksOn(tasks, nodes int) string { return plural(tasks, "task") + " on " + plural(nodes, "node") }

func plural(n int, of string) string {
	if n == 1 {
		return "1 " + of
	}
	return count(n) + " " + of + "s"
}

func children(e event.Event, l language) []string {
	parts := []string{count(e.Children), l.say("at most %s at once", count(e.Peak))}
	if e.Slots > 0 { // only with --jobs auto
		parts = append(parts, l.say("settled on %s", count(e.Slots)))
	}
	if e.Abandoned > 0 {
		parts = append(parts, l.say("%s abandoned", count(e.Abandoned)))
	}
	return parts
}

// losses lists each attribute that was lost, with the number of files that lost it.
func losses(of map[string]int, l language) (parts []string) {
	for _, what := range slices.Sorted(maps.Keys(of)) {
		parts = append(parts, l.say("%s of %s", l.reason(what), count(of[what])))
	}
	return parts
}

// head is the first line of a summary.
func head(e event.Event, l language) string { return strings.TrimLeft(about(e, l), " ") }

func about(e event.Event, l language) string {
	source := l.sources(e.Source, e.Sources)
	switch {
	case len(e.Command) > 0:
		return ran(e, l)
	case e.Verify:
		return compared(e, l)
	case e.DryRun:
		return l.say("would copy %s to %q", source, e.Dest)
	case e.Signal != "":
		return l.say("stopped by %s while copying %s to %q", e.Signal, source, e.Dest)
	case e.Failed > 0:
		return l.say("partly copied %s to %q", source, e.Dest)
	}
	return l.say("copied %s to %q", source, e.Dest)
}

func ran(e event.Event, l language) string {
	command := strings.Join(e.Command, " ")
	switch {
	case e.DryRun:
		return l.say("would run %q", command)
	case e.Signal != "":
		return l.say("stopped by %s while running %q", e.Signal, command)
	case e.Failed > 0:
		return l.say("ran %q, and some failed", command)
	}
	return l.say("ran %q", command)
}

func compared(e event.Event, l language) string {
	source := l.sources(e.Source, e.Sources)
	switch {
	case e.Signal != "":
		return l.say("stopped by %s while comparing %s and %q", e.Signal, source, e.Dest)
	case e.Different+e.Missing+e.Extra > 0:
		return l.say("%s and %q differ", source, e.Dest)
	case e.Failed > 0:
		return l.say("%s and %q are only partly compared", source, e.Dest)
	}
	return l.say("%s and %q are the same", source, e.Dest)
}
