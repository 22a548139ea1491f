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

// Report draws a recorded run for a terminal of that width: the summary, the time line, the slowest files,
// the failed files and the family. It is in Chinese if lang is "zh", else in English. record is the file name of the
// record, or "" for a record that cannot be read again.
func Report(w io.Writer, t *status.Timeline, lang string, columns int, record string) error {
	r := report{t: t, language: languageOf(lang), columns: max(columns, leastReport), record: record}
	r.begun, r.end = t.Parent.Asked, t.End()
	named := false
	if t.Run().Works() {
		named = r.summary()
	}
	r.timeline()
	r.slowest()
	if !named {
		r.failed()
	}
	if t.Run().Works() {
		r.children()
	} else {
		r.heading(r.language.say("family"))
		if err := family(&r.text, &t.Family, r.language, r.columns); err != nil {
			return err
		}
		if err := Pipes(&r.text, &r.t.Family, lang, r.columns); err != nil {
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
	language   language
	columns    int
	record     string
	begun, end time.Time
	text       strings.Builder
}

// summary is that of a finished run. If the record has no end, the first line says so. named tells whether it names
// each item that failed would list.
func (r *report) summary() (named bool) {
	run := r.t.Run()
	advice := AdviceOn(run)
	advice.Columns, advice.Record, advice.Listed = r.columns, r.record, true
	if r.t.Outputs > 0 {
		advice.first = nil // failed lists them, each with its last lines
	}
	if !r.t.Finished {
		advice.Record = "" // it lacks what was not begun
	}
	said, named := summary(run.Finished(r.end), advice, r.language)
	if !r.t.Finished {
		_, rest, _ := strings.Cut(said, "\n")
		source := r.language.sources(run.Source, run.Sources)
		head := r.language.say("%s to %q, incomplete: the record has no end\n", source, run.Dest)
		said = strings.TrimLeft(head, " ") + rest
	}
	r.text.WriteString(said)
	return named && run.Different+run.Missing+run.Extra == 0 && r.t.Outputs == 0
}

func (r *report) heading(text string) {
	if r.text.Len() > 0 {
		r.text.WriteString("\n")
	}
	r.text.WriteString(text + "\n")
}

func (r *report) line(text string) { r.text.WriteString(cut(text, r.columns) + "\n") }

// since returns the seconds from the beginning of the run.
func (r *report) since(at time.Time) string { return fmt.Sprintf("%.3f", at.Sub(r.begun).Seconds()) }

// slowest lists the files that took the longest.
func (r *report) slowest() {
	files := slices.DeleteFunc(slices.Clone(r.t.Files), func(f status.File) bool {
		return f.Took() <= 0 || !worked(f.Outcome)
	})
	slices.SortStableFunc(files, func(a, b status.File) int { return cmp.Compare(b.Took(), a.Took()) })
	if len(files) == 0 {
		return
	}
	r.heading(r.of("slowest files", "slowest commands"))
	for _, f := range files[:min(len(files), mostFiles)] {
		name := nameOn(plain(f.Life.Name), f.Life.Node)
		start := fmt.Sprintf("  %9.3f s  %9s  %-*s  ", f.Took().Seconds(), Bytes(f.Bytes), r.nameColumns(), name)
		r.line(start + shorten(quotedName(f.Name), max(r.columns-width(start), 8)))
	}
}

// of returns a title: that of files, or that of commands if the run has some.
func (r *report) of(files, commands string) string {
	if len(r.t.Run().Command) > 0 {
		return r.language.say(commands)
	}
	return r.language.say(files)
}

func (r *report) nameColumns() (columns int) {
	for _, l := range r.t.Lives {
		columns = max(columns, width(nameOn(plain(l.Name), l.Node)))
	}
	return min(columns, 20)
}

func quotedName(name string) string { return fmt.Sprintf("%q", name) }

// failed lists the files that failed or differ, each with its reason.
func (r *report) failed() {
	n := 0
	for _, f := range r.t.Files {
		if f.Outcome != event.Failed && f.Outcome != event.Differs {
			continue
		}
		if n++; n == 1 {
			r.heading(r.of("failed files", "failed commands"))
		}
		if n <= mostFailed {
			r.text.WriteString(r.language.say("  %q: %s%s\n", f.Name, plain(r.language.reason(f.Why)), r.where(f)))
			r.output(f.Life)
		}
	}
	if n > mostFailed {
		r.line("  " + r.language.say("… and %s more", count(n-mostFailed)))
	}
}

// where names the child of a file on a node of a cluster. On one machine it is empty.
func (r *report) where(f status.File) string {
	if f.Life == nil || f.Life.Node == "" {
		return ""
	}
	return r.language.say(" (%s)", nameOn(plain(f.Life.Name), f.Life.Node))
}

// worked tells whether an item with that outcome was worked on.
func worked(outcome event.Kind) bool {
	return slices.Contains([]event.Kind{event.Copied, event.Verified, event.Ran, event.Failed}, outcome)
}
