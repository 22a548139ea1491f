package view

import (
	"fmt"
	"strings"
	"time"

	"github.com/rivo/uniseg"

	"brood/internal/status"
)

// childTable draws the lines of the children at work. The second child is on the node n2 of a cluster:
//
//	copy-3 4731     holiday/sunrise.mp4   45 %   120 MiB/s  verifying
//	copy-3 4731@n2  holiday/blink.mp4     45 %   120 MiB/s  verifying
//
// A narrow terminal has fewer columns: the PID is left out first, then the rate, then the name.
type childTable struct {
	now      time.Time
	compares bool
	color    bool
	columns  int
}

func (t childTable) lines(children []*status.Child) (lines []string) {
	var who, state int
	for _, c := range children {
		who = max(who, width(t.who(c)))
		state = max(state, width(t.state(c)))
	}
	for _, c := range children {
		lines = append(lines, t.line(c, who, state))
	}
	return lines
}

const (
	percentColumns = len("100 %")
	rateColumns    = len("1023 KiB/s")
	leastFile      = 8
)

func (t childTable) line(c *status.Child, who, state int) string {
	left := "  " + pad(t.who(c), who) + "  "
	right := "  " + t.percent(c) + "  " + padLeft(Bytes(int64(c.Rate(t.now)))+"/s", rateColumns) + "  "
	if t.columns < 60 {
		right = "  " + t.percent(c) + "  "
	}
	if t.columns < 45 {
		left = "  "
	}
	room := t.columns - width(left) - width(right) - state
	if room < leastFile {
		return cut(left+t.file(c, t.columns-width(left)), t.columns)
	}
	word := t.state(c)
	color := ""
	if c.Silent != "" {
		color = yellow
	}
	return left + pad(t.file(c, room), room) + right + paint(word, color, t.color)
}

func (t childTable) who(c *status.Child) string {
	if t.columns < 70 {
		return nameOn(plain(c.Name), c.Node)
	}
	return plain(c.Name) + " " + pidOn(c.PID, c.Node)
}

// file returns the name of the present file, without its middle if the columns are too few.
func (t childTable) file(c *status.Child, columns int) string {
	prefix := nth(c)
	return prefix + shorten(plain(c.File), max(columns-width(prefix), 1))
}

// nth returns which of its several items a child works on.
func nth(c *status.Child) string {
	if c.Items <= 1 {
		return ""
	}
	return fmt.Sprintf("%d/%d ", c.Nth, c.Items)
}

func (t childTable) percent(c *status.Child) string {
	if c.Size <= 0 {
		return strings.Repeat(" ", percentColumns)
	}
	return percent(min(1, float64(c.Bytes)/float64(c.Size)))
}

func (t childTable) state(c *status.Child) string {
	switch {
	case c.Silent != "" && c.State != "" && c.State != "T":
		return fmt.Sprintf("%s (%s)", plain(c.Silent), plain(c.State))
	case c.Silent != "":
		return plain(c.Silent)
	case c.Phase != "":
		return plain(c.Phase)
	case c.Size == 0:
		return "started"
	case t.compares:
		return "comparing"
	}
	return "copying"
}

// width returns the number of terminal columns of a text.
func width(text string) int {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return uniseg.StringWidth(text)
		}
	}
	return len(text) // most texts; uniseg would need a hundred times as long
}

func pad(text string, columns int) string {
	return text + strings.Repeat(" ", max(columns-width(text), 0))
}

func padLeft(text string, columns int) string {
	return strings.Repeat(" ", max(columns-width(text), 0)) + text
}

// cut returns as much of the beginning of a text as fits.
func cut(text string, columns int) string {
	if width(text) <= columns {
		return text
	}
	var kept strings.Builder
	for g := uniseg.NewGraphemes(text); g.Next(); {
		if columns -= g.Width(); columns < 0 {
			break
		}
		kept.WriteString(g.Str())
	}
	return kept.String()
}

// shorten leaves out the middle of a text that does not fit.
func shorten(text string, columns int) string {
	if width(text) <= columns {
		return text
	}
	if columns < 4 {
		return cut(text, columns)
	}
	head := cut(text, (columns-1)/3)
	var parts []string
	for g := uniseg.NewGraphemes(text); g.Next(); {
		parts = append(parts, g.Str())
	}
	tail, room := "", columns-1-width(head)
	for i := len(parts) - 1; i >= 0 && width(parts[i]+tail) <= room; i-- {
		tail = parts[i] + tail
	}
	return head + "…" + tail
}
