package view

import (
	"fmt"
	"strings"

	"brood/internal/event"
	"brood/internal/status"
)

// Now draws the processes of a traced program that exist at the moment, each below the parent that it has by now, with
// its state. The lines fit a terminal of that many columns, 0 for any; there are at most that many rows.
func Now(f *status.Family, lang string, columns, rows int) string {
	d := nowDrawing{language: languageOf(lang), below: map[*status.Member][]*status.Member{}}
	for _, m := range f.Members {
		if m.Reaped.IsZero() {
			parent := f.Of(event.Process{PID: m.Parent})
			if parent != nil && !parent.Reaped.IsZero() || parent == m {
				parent = nil
			}
			d.below[parent] = append(d.below[parent], m)
		}
	}
	d.branches(f, nil, "")
	if rows > 0 && len(d.lines) > rows {
		more := len(d.lines) - rows + 1
		d.lines = append(d.lines[:rows-1], d.language.say("… and %s more", count(more)))
	}
	var text strings.Builder
	for _, line := range d.lines {
		if columns > 0 {
			line = cut(line, columns)
		}
		text.WriteString(line + "\n")
	}
	return text.String()
}

type nowDrawing struct {
	language language
	below    map[*status.Member][]*status.Member
	lines    []string
}

func (d *nowDrawing) branches(f *status.Family, parent *status.Member, stem string) {
	members := d.below[parent]
	for i, m := range members {
		branch, rest := stem+"├─ ", stem+"│  "
		if i == len(members)-1 {
			branch, rest = stem+"└─ ", stem+"   "
		}
		state := d.state(m)
		if parent == nil {
			branch, rest = "", ""
			state += d.language.say(", child of %s", stranger(f, m.Parent, d.language.family))
		}
		d.lines = append(d.lines, fmt.Sprintf("%s%s %d %s  %s", branch, m.Letter, m.PID, plain(m.Name), state))
		if strings.Count(stem, " ") < 3*mostDepth {
			d.branches(f, m, rest)
		}
	}
}

// state says alive and not running, because most processes sleep most of the time.
func (d *nowDrawing) state(m *status.Member) string {
	switch {
	case !m.Ended.IsZero():
		return d.language.say("a zombie")
	case m.Stopped:
		return d.language.say("stopped")
	}
	return d.language.say("alive")
}

// OneLine returns a text as a line that fits the terminal, or "" without a text.
func OneLine(text string, columns int) string {
	if text == "" {
		return ""
	}
	return cut(event.Visible(text), columns) + "\n"
}
