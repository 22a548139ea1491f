package view

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"

	"brood/internal/event"
)

// Plan writes the name of each file that a dry run would copy, quoted, on a line.
func Plan(w io.Writer) func(event.Event) {
	return func(e event.Event) {
		if e.Kind == event.Planned {
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

// Summary writes what a finished run came to, for people.
func Summary(w io.Writer, e event.Event) error {
	var b strings.Builder
	fmt.Fprintln(&b, head(e))
	row := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "  %-9s %s\n", name, fmt.Sprintf(format, args...))
	}
	count := func(name string, n int) { row(name, "%s", humanize.Comma(int64(n))) }
	files, bytes := e.Files+e.Planned, e.Bytes+e.PlannedBytes // of which a run has one or the other
	row(map[bool]string{false: "files", true: "equal"}[e.Verify], "%s, %s", humanize.Comma(int64(files)), humanize.IBytes(uint64(bytes)))
	if e.Verified > 0 {
		row("verified", "%s, %s", humanize.Comma(int64(e.Verified)), strings.TrimSpace(e.Hash+" "+e.Digest))
	}
	if e.Verify {
		count("different", e.Different)
		count("missing", e.Missing)
		count("extra", e.Extra)
	}
	if e.Links > 0 {
		count("links", e.Links)
	}
	count("skipped", e.Skipped)
	count("failed", e.Failed)
	if len(e.Losses) > 0 {
		row("not kept", "%s", losses(e.Losses))
	}
	if e.DryRun {
		_, err := io.WriteString(w, b.String())
		return err
	}
	row("children", "%s, at most %s at once", humanize.Comma(int64(e.Children)), humanize.Comma(int64(e.Peak)))
	row("time", "%.3f s, %s/s", e.Duration, humanize.IBytes(uint64(e.Rate)))
	_, err := io.WriteString(w, b.String())
	return err
}

// losses is what was lost, of how many files.
func losses(of map[string]int) string {
	var parts []string
	for _, what := range slices.Sorted(maps.Keys(of)) {
		parts = append(parts, fmt.Sprintf("%s of %s", what, humanize.Comma(int64(of[what]))))
	}
	return strings.Join(parts, ", ")
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
