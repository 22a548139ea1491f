package view

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"brood/internal/event"
	"brood/internal/status"
)

// marks are the characters for the kinds of phases. Where several phases share a column, the last of them in
// this list is drawn: a short trouble must not hide behind a long normal phase.
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

// timeline draws a line for each slot of each machine. For a lesson and a trace it draws a line for each process,
// unless there are too many.
func (r *report) timeline() {
	total := r.end.Sub(r.begun)
	if len(r.t.Lives) == 0 || total <= 0 {
		return
	}
	all, namesOf := r.t.Lanes(), laneNames
	if !r.t.Run().Works() && len(r.t.Lives) <= mostLanes {
		all, namesOf = r.each()
	}
	shown := all[:min(len(all), mostLanes)]
	names := namesOf(shown)
	margin := width(names[0]) + 2
	room := r.columns - margin
	used := map[int]bool{}
	r.heading(r.language.say("time line: %.3f s, %s per column", total.Seconds(), perColumn(total.Seconds()/float64(room))))
	for i, lane := range shown {
		r.line(names[i] + "  " + r.lane(lane, room, total, used))
	}
	before := strings.Repeat(" ", margin)
	if more := len(all) - len(shown); more > 0 {
		r.line(before + r.language.say("… and %s more", count(more)))
	}
	var legend []string
	for i, m := range marks {
		if used[i] {
			legend = append(legend, m.mark+" "+r.language.say(m.words))
		}
	}
	r.line(before + strings.Join(legend, "  "))
}

// perColumn formats the time of a column, which can be much shorter than all other times.
func perColumn(seconds float64) string {
	if seconds < 0.01 {
		return fmt.Sprintf("%.3g ms", seconds*1000)
	}
	return fmt.Sprintf("%.3f s", seconds)
}

// each returns a lane for each process, and what names them.
func (r *report) each() (lanes []status.Lane, names func([]status.Lane) []string) {
	for _, l := range r.t.Lives {
		lanes = append(lanes, status.Lane{Lives: []*status.Life{l}})
	}
	return lanes, func(lanes []status.Lane) (names []string) {
		columns := 0
		for _, lane := range lanes {
			names = append(names, cut(called(r.t, lane.Lives[0]), r.columns/4))
			columns = max(columns, width(names[len(names)-1]))
		}
		for i, name := range names {
			names[i] = pad(name, columns)
		}
		return names
	}
}

// laneNames returns the numbers of the slots, all of one width. For the tasks of a node it returns the node's name.
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

// lane draws the line of a slot: the phase of its process in each column.
func (r *report) lane(lane status.Lane, room int, total time.Duration, used map[int]bool) string {
	cells := make([]int, room) // 0 where no process ran, else 1 + its mark
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

// drawLife puts the marks of a life into its lane. Each child is a zombie for a moment: that does not hide
// the phase before it.
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
		first = min(first, len(lane)-1)
		for i := max(first, 0); i < len(lane) && (i < last || i == first); i++ {
			lane[i] = max(lane[i], 1+mark)
		}
	}
}
