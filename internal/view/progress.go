package view

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"brood/internal/status"
)

// Progress draws where a run stands: a line for the whole run, and a line for each child at work:
//
//	▕████▌                    ▏   18 %  2.1 GiB of 12 GiB  4 of 20 files  310 MiB/s  0:32 left
//	  copy-5 4735  holiday/sunrise.mp4   45 %   120 MiB/s  verifying
//
// It has no state. The caller holds the lock of the standing.
type Progress struct {
	Color bool
}

// Frame returns the lines to show at the time now on a terminal of that size. No line is wider than the terminal,
// and the frame takes at most half of the rows. Of many children it shows the silent ones first, then the fastest.
// Before the run has begun the frame is empty.
func (p Progress) Frame(s *status.Standing, now time.Time, columns, rows int) string {
	if s.Totals.Begun.IsZero() {
		return ""
	}
	var text strings.Builder
	text.WriteString(p.whole(s, now, columns) + "\n")
	children := s.Children()
	room := max(rows/2-1, 0)
	shown := children
	if len(children) > room {
		shown = busiest(children, max(room-1, 0), now)
	}
	t := childTable{now: now, compares: s.Totals.Verify, color: p.Color, columns: columns}
	for _, line := range t.lines(shown) {
		text.WriteString(line + "\n")
	}
	if more := len(children) - len(shown); more > 0 && room > 0 {
		text.WriteString(cut(fmt.Sprintf("  … and %s more at work", count(more)), columns) + "\n")
	}
	return text.String()
}

// busiest chooses the n children that matter most to a reader. They keep their order.
func busiest(children []*status.Child, n int, now time.Time) []*status.Child {
	ranked := slices.Clone(children)
	slices.SortStableFunc(ranked, func(a, b *status.Child) int {
		if (a.Silent != "") != (b.Silent != "") {
			return strings.Compare(b.Silent, a.Silent) // a silent child comes first
		}
		return cmp.Compare(b.Rate(now), a.Rate(now))
	})
	return slices.DeleteFunc(slices.Clone(children), func(c *status.Child) bool {
		return !slices.Contains(ranked[:n], c)
	})
}

// field is a part of the line for the whole run. Without room for all fields, the greatest rank is left out first.
type field struct {
	text  string
	rank  int
	color string
}

func texts(fields []field) (all []string) {
	for _, f := range fields {
		all = append(all, f.text)
	}
	return all
}

func fieldsOf(s *status.Standing, now time.Time) (fields []field) {
	if part, known := s.Part(); known {
		fields = append(fields, field{text: percent(part)})
	}
	fields = append(fields, amountOf(s)...)
	if len(s.Totals.Command) == 0 {
		fields = append(fields, field{text: rateOf(s.Rate(now)), rank: 3})
	}
	fields = append(fields, field{text: timeOf(s, now, clock), rank: 2})
	fields = append(fields, taskFields(s)...)
	return append(fields, troubleOf(s)...)
}

// amountOf returns the fields of the bytes and the files, or of the commands.
func amountOf(s *status.Standing) []field {
	bytes, what := Bytes(s.Copied()), "file"
	if len(s.Totals.Command) > 0 {
		what = "command"
	}
	if s.Bytes > 0 {
		bytes += " of " + Bytes(s.Bytes)
	}
	files := plural(s.Settled(), what)
	if s.Items > 0 {
		files = count(s.Settled()) + " of " + plural(s.Items, what)
	}
	if what == "command" {
		return []field{{text: files, rank: 5}}
	}
	return []field{{text: bytes, rank: 4}, {text: files, rank: 5}}
}

func rateOf(rate float64) string { return Bytes(int64(rate)) + "/s" }

// timeOf returns how much time is left, or the time since the beginning.
func timeOf(s *status.Standing, now time.Time, format func(time.Duration) string) string {
	if left, ok := s.Left(now); ok {
		return format(left) + " left"
	}
	return format(now.Sub(s.Totals.Begun)) + " so far"
}

// troubleOf returns the field of the items that failed or differ.
func troubleOf(s *status.Standing) []field {
	n := s.Totals.Failed + s.Totals.Different + s.Totals.Missing + s.Totals.Extra
	switch n {
	case 0:
		return nil
	case s.Totals.Failed:
		return []field{{text: count(n) + " failed", rank: 1, color: red}}
	}
	return []field{{text: count(n) + " differ", rank: 1, color: red}}
}

// taskFields returns the fields of a cluster. While no task runs, the reason for waiting matters most.
func taskFields(s *status.Standing) (fields []field) {
	tasks, nodes := s.Tasks()
	if tasks > 0 {
		fields = append(fields, field{text: tasksOn(tasks, nodes), rank: 6})
	}
	if s.Waiting > 0 {
		rank := 7
		if tasks == 0 {
			rank = 1
		}
		fields = append(fields, field{text: plural(s.Waiting, "task") + " waiting", rank: rank})
		if s.Why != "" {
			fields = append(fields, field{text: "(" + plain(s.Why) + ")", rank: rank + 1})
		}
	}
	return fields
}

// whole draws the line for the whole run: a bar, and as many fields as fit.
func (p Progress) whole(s *status.Standing, now time.Time, columns int) string {
	fields := fieldsOf(s, now)
	for len(fields) > 1 && width(strings.Join(texts(fields), "  ")) > columns {
		last := 0
		for i, f := range fields {
			if f.rank > fields[last].rank {
				last = i
			}
		}
		fields = slices.Delete(fields, last, last+1)
	}
	var line strings.Builder
	room := columns - width(strings.Join(texts(fields), "  ")) - 2
	if part, known := s.Part(); known && room >= leastBar {
		line.WriteString(bar(part, min(room, 30)) + "  ")
	}
	for i, f := range fields {
		if i > 0 {
			line.WriteString("  ")
		}
		line.WriteString(paint(cut(f.text, columns), f.color, p.Color))
	}
	return line.String()
}

const leastBar = 8 // columns

// bar draws a bar with eight steps per column.
func bar(part float64, columns int) string {
	inner := columns - 2
	eighths := int(part * float64(inner) * 8)
	filled := strings.Repeat("█", eighths/8)
	if rest := eighths % 8; rest > 0 {
		filled += string([]rune(" ▏▎▍▌▋▊▉")[rest])
	}
	return "▕" + filled + strings.Repeat(" ", inner-width(filled)) + "▏"
}

// percent rounds down: 100 % means that all is done.
func percent(part float64) string { return fmt.Sprintf("%3d %%", int(part*100)) }

const (
	red    = "31"
	yellow = "33"
)

func paint(text, color string, allowed bool) string {
	if color == "" || !allowed {
		return text
	}
	return "\x1b[" + color + "m" + text + "\x1b[m"
}
