package view

import (
	"fmt"
	"strings"
	"time"

	"brood/internal/event"
	"brood/internal/status"
)

// marks is the character for each kind of phase, and their order where several share a
// column: what is wrong is to be seen however short it was.
var marks = []struct {
	kind, mark, words string
}{
	{status.Running, "█", "at work"},
	{event.Waiting, "░", "waiting for its turn"},
	{event.Syncing, "▒", "syncing"},
	{event.Verifying, "▓", "verifying"},
	{status.Zombie, "z", "a zombie"},
	{status.Silent, "?", "no progress"},
	{status.Stopped, "T", "stopped"},
	{status.Stalled, "!", "stalled"},
}

func markOf(kind string) int {
	for i, m := range marks {
		if m.kind == kind {
			return i
		}
	}
	return 0
}

// timeline draws a line for each place among those that run at the same time.
func (r *report) timeline() {
	total := r.end.Sub(r.begun)
	if len(r.t.Lives) == 0 || total <= 0 {
		return
	}
	const margin = 6
	room := r.columns - margin
	lanes := make([][]int, min(r.t.Slots(), mostLanes)) // 0: nobody; else 1 + the mark
	for i := range lanes {
		lanes[i] = make([]int, room)
	}
	used := map[int]bool{}
	for _, l := range r.t.Lives {
		if l.Slot < len(lanes) {
			r.drawLife(lanes[l.Slot], l, total, used)
		}
	}
	r.heading(fmt.Sprintf("time line: %.3f s, a column is %.3f s", total.Seconds(), total.Seconds()/float64(room)))
	for i, lane := range lanes {
		var text strings.Builder
		for _, cell := range lane {
			if cell == 0 {
				text.WriteString(" ")
			} else {
				text.WriteString(marks[cell-1].mark)
			}
		}
		r.line(fmt.Sprintf("%4d  %s", i+1, strings.TrimRight(text.String(), " ")))
	}
	if more := r.t.Slots() - len(lanes); more > 0 {
		r.line(fmt.Sprintf("      … and %s more", count(more)))
	}
	var legend []string
	for i, m := range marks {
		if used[i] {
			legend = append(legend, m.mark+" "+m.words)
		}
	}
	r.line("      " + strings.Join(legend, "  "))
}

// drawLife puts a life's marks into its lane. A zombie of a moment, as each child is one,
// does not hide what was before it.
func (r *report) drawLife(lane []int, l *status.Life, total time.Duration, used map[int]bool) {
	step := max(total/time.Duration(len(lane)), 1)
	for _, p := range l.Spans(r.end) {
		moment := p.Kind == status.Zombie && p.To.Sub(p.From) < step && !l.Reaped.IsZero()
		if p.Kind == status.Starting || moment {
			continue
		}
		mark := markOf(p.Kind)
		used[mark] = true
		first, last := int(p.From.Sub(r.begun)/step), int(p.To.Sub(r.begun)/step)
		for i := max(first, 0); i < len(lane) && (i < last || i == first); i++ {
			lane[i] = max(lane[i], 1+mark)
		}
	}
}
