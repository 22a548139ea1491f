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
		start := fmt.Sprintf("  %9.3f s  %9s  %-*s  ", f.Took().Seconds(), Bytes(f.Bytes), r.nameColumns(), plain(f.Life.Name))
		r.line(start + shorten(quotedName(f.Name), max(r.columns-width(start), 8)))
	}
}

func (r *report) nameColumns() (columns int) {
	for _, l := range r.t.Lives {
		columns = max(columns, width(plain(l.Name)))
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
			fmt.Fprintf(&r.text, "  %q: %s\n", f.Name, plain(f.Why))
		}
	}
	if n > mostFailed {
		r.line(fmt.Sprintf("  … and %s more", count(n-mostFailed)))
	}
}

// children are the parent and its children, of many those that had trouble and those
// that lived longest.
func (r *report) children(words FamilyWords) {
	r.heading("family")
	who := func(pid int) string { return fmt.Sprintf(words.Somebody, pid) }
	r.line(fmt.Sprintf("%d %s  %s", r.t.Parent.PID, r.t.Parent.Name, fmt.Sprintf(words.Started, who(r.t.Parent.PPID))))
	lives := r.notable()
	for i, l := range lives {
		branch := "├─ "
		if i == len(lives)-1 && len(lives) == len(r.t.Lives) {
			branch = "└─ "
		}
		said := []string{fmt.Sprintf("%s–%s s", r.since(l.Started), r.since(l.End(r.end)))}
		if l.Files > 1 {
			said = append(said, count(l.Files)+" files")
		}
		line := branch + fmt.Sprintf("%d %s  %s", l.PID, plain(l.Name), strings.Join(append(said, lifeEnd(l, words)...), " · "))
		if room := r.columns - width(line) - len(" · "); room >= leastFile {
			line += " · " + shorten(quotedName(l.File), room)
		}
		r.line(line)
	}
	if more := len(r.t.Lives) - len(lives); more > 0 {
		r.line(fmt.Sprintf("└─ … and %s more", count(more)))
	}
}

// lifeEnd is how a life went and ended.
func lifeEnd(l *status.Life, words FamilyWords) (said []string) {
	if l.Failed > 0 {
		said = append(said, count(l.Failed)+" failed")
	}
	if l.Retried > 0 {
		said = append(said, count(l.Retried)+" to be tried again")
	}
	switch {
	case l.Error != "":
		said = append(said, "abandoned: "+plain(l.Error))
	case l.ExitCode == nil:
		said = append(said, "no end in the record")
	case l.Signal != "":
		said = append(said, fmt.Sprintf(words.Killed, plain(l.Signal), *l.ExitCode))
	default:
		said = append(said, fmt.Sprintf(words.Exited, *l.ExitCode))
	}
	return said
}

func (r *report) notable() []*status.Life {
	if len(r.t.Lives) <= mostLives {
		return r.t.Lives
	}
	ranked := slices.Clone(r.t.Lives)
	trouble := func(l *status.Life) bool { return l.ExitCode == nil || *l.ExitCode != 0 || l.Failed+l.Retried > 0 }
	slices.SortStableFunc(ranked, func(a, b *status.Life) int {
		if trouble(a) != trouble(b) {
			if trouble(a) {
				return -1
			}
			return 1
		}
		return cmp.Compare(b.End(r.end).Sub(b.Started), a.End(r.end).Sub(a.Started))
	})
	chosen := ranked[:mostLives]
	slices.SortStableFunc(chosen, func(a, b *status.Life) int { return a.Started.Compare(b.Started) })
	return chosen
}
