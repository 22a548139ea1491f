package view

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"brood/internal/event"
	"brood/internal/status"
)

// Report writes what a recorded run came to, for a terminal of so many columns: the
// summary, its time line, the slowest files, those that failed, and the family.
func Report(w io.Writer, t *status.Timeline, words FamilyWords, columns int) error {
	r := report{t: t, columns: max(columns, leastReport), begun: t.Parent.Asked, end: t.End()}
	if t.Run().Source != "" {
		r.summary()
	}
	r.timeline()
	r.slowest()
	r.failed()
	if t.Run().Source != "" {
		r.children(words)
	} else {
		r.heading("family")
		if err := Family(&r.text, &t.Family, words); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, r.text.String())
	return err
}

const (
	leastReport = 40 // columns
	mostLanes   = 32
	mostFiles   = 10
	mostFailed  = 100
	mostLives   = 40
)

type report struct {
	t          *status.Timeline
	columns    int
	begun, end time.Time
	text       strings.Builder
}

// summary is that of the run, which may have been killed, or be under way.
func (r *report) summary() {
	var text strings.Builder
	_ = Summary(&text, r.t.Run().Finished(r.end)) // a Builder takes all
	said := text.String()
	if !r.t.Finished {
		_, rest, _ := strings.Cut(said, "\n")
		said = fmt.Sprintf("%q to %q, as far as the record goes: it has no end\n%s", r.t.Run().Source, r.t.Run().Dest, rest)
	}
	r.text.WriteString(said)
}

func (r *report) heading(text string) {
	if r.text.Len() > 0 {
		r.text.WriteString("\n")
	}
	r.text.WriteString(text + "\n")
}

func (r *report) line(text string) { r.text.WriteString(cut(text, r.columns) + "\n") }

// since is a time as seconds from the beginning.
func (r *report) since(at time.Time) string { return fmt.Sprintf("%.3f", at.Sub(r.begun).Seconds()) }

// slowest are the files that took the longest.
func (r *report) slowest() {
	files := slices.DeleteFunc(slices.Clone(r.t.Files), func(f status.File) bool {
		return f.Took() <= 0 || f.Outcome != event.Copied && f.Outcome != event.Verified && f.Outcome != event.Failed
	})
	slices.SortStableFunc(files, func(a, b status.File) int { return cmp.Compare(b.Took(), a.Took()) })
	if len(files) == 0 {
		return
	}
	r.heading("slowest files")
	for _, f := range files[:min(len(files), mostFiles)] {
		start := fmt.Sprintf("  %9.3f s  %9s  %-*s  ", f.Took().Seconds(), Bytes(f.Bytes), r.nameColumns(), nameOn(plain(f.Life.Name), f.Life.Node))
		r.line(start + shorten(quotedName(f.Name), max(r.columns-width(start), 8)))
	}
}

func (r *report) nameColumns() (columns int) {
	for _, l := range r.t.Lives {
		columns = max(columns, width(nameOn(plain(l.Name), l.Node)))
	}
	return min(columns, 20)
}

func quotedName(name string) string { return fmt.Sprintf("%q", name) }

// failed are the files that did not arrive, each with its reason.
func (r *report) failed() {
	n := 0
	for _, f := range r.t.Files {
		if f.Outcome != event.Failed && f.Outcome != event.Differs {
			continue
		}
		if n++; n == 1 {
			r.heading("failed files")
		}
		if n <= mostFailed {
			fmt.Fprintf(&r.text, "  %q: %s%s\n", f.Name, plain(f.Why), where(f))
		}
	}
	if n > mostFailed {
		r.line(fmt.Sprintf("  … and %s more", count(n-mostFailed)))
	}
}

// where a file failed, when that is another machine.
func where(f status.File) string {
	if f.Life == nil || f.Life.Node == "" {
		return ""
	}
	return " (" + nameOn(plain(f.Life.Name), f.Life.Node) + ")"
}
