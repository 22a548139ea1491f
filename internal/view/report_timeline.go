package view

import (
	"fmt"
	"strconv"
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
	{status.Task, "─", "a task"},
	{status.Running, "█", "at work"},
	{event.Waiting, "░", "waiting for its turn"},
	{event.Syncing, "▒", "syncing"},
	{event.Verifying, "▓", "verifying"},
	{status.Zombie, "z", "a zombie"},
	{status.Silent, "?", "no progress"},
	{status.Stopped, "T", "stopped"},
	{status.Stalled, "!", "stalled"},
	{status.Lost, "x", "lost"},
}

func markOf(kind string) int {
	for i, m := range marks {
		if m.kind == kind {
			return i
		}
	}
	return runningMark
}

const runningMark = 1

// timeline draws a line for each place among those that run at the same time, on each machine.
func (r *report) timeline() {
	total := r.end.Sub(r.begun)
	if len(r.t.Lives) == 0 || total <= 0 {
		return
	}
	all := r.t.Lanes()
	shown := all[:min(len(all), mostLanes)]
	names := laneNames(shown)
	margin := width(names[0]) + 2
	room := r.columns - margin
	used := map[int]bool{}
	r.heading(fmt.Sprintf("time line: %.3f s, a column is %.3f s", total.Seconds(), total.Seconds()/float64(room)))
	for i, lane := range shown {
		r.line(names[i] + "  " + r.lane(lane, room, total, used))
	}
	before := strings.Repeat(" ", margin)
	if more := len(all) - len(shown); more > 0 {
		r.line(fmt.Sprintf("%s… and %s more", before, count(more)))
	}
	var legend []string
	for i, m := range marks {
		if used[i] {
			legend = append(legend, m.mark+" "+m.words)
		}
	}
	r.line(before + strings.Join(legend, "  "))
}

// laneNames are the places' numbers, and for the tasks of a node its name, all of one width.
func laneNames(lanes []status.Lane) (names []string) {
	columns := 4
	for _, lane := range lanes {
		name := strconv.Itoa(lane.Slot + 1)
		if lane.Tasks {
			name = shorten(plain(lane.Node), longestNode)
		}
		names = append(names, name)
		columns = max(columns, width(name))
	}
	for i, name := range names {
		names[i] = padLeft(name, columns)
	}
	return names
}

// lane is the line of a place: what its processes were at in each column.
func (r *report) lane(lane status.Lane, room int, total time.Duration, used map[int]bool) string {
	cells := make([]int, room) // 0: nobody; else 1 + the mark
	for _, l := range lane.Lives {
		r.drawLife(cells, l, total, used)
	}
	var text strings.Builder
	for _, cell := range cells {
		if cell == 0 {
			text.WriteString(" ")
		} else {
			text.WriteString(marks[cell-1].mark)
		}
	}
	return strings.TrimRight(text.String(), " ")
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
