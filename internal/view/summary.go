package view

import (
	"fmt"
	"io"
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

// Summary writes what a finished run came to, for people.
func Summary(w io.Writer, e event.Event) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s to %q\n", head(e), e.Dest)
	row := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "  %-9s %s\n", name, fmt.Sprintf(format, args...))
	}
	files, bytes := e.Files+e.Planned, e.Bytes+e.PlannedBytes // of which a run has one or the other
	row("files", "%s, %s", humanize.Comma(int64(files)), humanize.IBytes(uint64(bytes)))
	if e.Links > 0 {
		row("links", "%s", humanize.Comma(int64(e.Links)))
	}
	row("skipped", "%s", humanize.Comma(int64(e.Skipped)))
	row("failed", "%s", humanize.Comma(int64(e.Failed)))
	if e.DryRun {
		_, err := io.WriteString(w, b.String())
		return err
	}
	row("children", "%s, at most %s at once", humanize.Comma(int64(e.Children)), humanize.Comma(int64(e.Peak)))
	row("time", "%.3f s, %s/s", e.Duration, humanize.IBytes(uint64(e.Rate)))
	_, err := io.WriteString(w, b.String())
	return err
}

func head(e event.Event) string {
	switch {
	case e.DryRun:
		return fmt.Sprintf("would copy %q", e.Source)
	case e.Signal != "":
		return "stopped by " + e.Signal + " while copying " + fmt.Sprintf("%q", e.Source)
	case e.Failed > 0:
		return fmt.Sprintf("copied %q in part", e.Source)
	}
	return fmt.Sprintf("copied %q", e.Source)
}
