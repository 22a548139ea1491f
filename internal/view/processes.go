package view

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"brood/internal/census"
)

// Processes draws the broods of a census as trees, with a line for each process:
//
//	PID       PPID  S   AGE     CPU   MEMORY    BYTES        RATE  NAME    FILE
//	4711      4702  S  0:31  0.21 s   12 MiB  1.2 GiB  40.0 MiB/s  copy    videos /tmp/videos
//	├─ 4719   4711  R  0:04  0.90 s   10 MiB  330 MiB  21.0 MiB/s  copy-2  holiday/sunrise.mp4
//	└─ 4720   4711  D  0:02  0.31 s   10 MiB   40 MiB  19.0 MiB/s  copy-3  holiday/blink.mp4
//
// No line is wider than so many columns, and there are no more than so many rows; 0 is no
// limit. In a narrow terminal there are fewer columns.
func Processes(c *census.Census, columns, rows int) string {
	var titles []string
	for _, column := range processColumns {
		titles = append(titles, column.title)
	}
	t := processTable{rows: [][]string{titles}, room: rows}
	for _, p := range c.Broods {
		t.add(p, "", "")
	}
	return t.text(columns)
}

// processColumn is a column of the table. Where there is no room for all, those of the greatest rank go first.
type processColumn struct {
	title string
	rank  int
	right bool // numbers
	of    func(*census.Process) string
}

// The last column takes what room is left.
var processColumns = []processColumn{
	{title: "PID", of: func(p *census.Process) string { return strconv.Itoa(p.PID) }},
	{title: "PPID", rank: 7, right: true, of: func(p *census.Process) string { return strconv.Itoa(p.PPID) }},
	{title: "S", rank: 1, of: func(p *census.Process) string { return plain(p.State) }},
	{title: "AGE", rank: 5, right: true, of: func(p *census.Process) string { return clock(p.Age) }},
	{title: "CPU", rank: 8, right: true, of: func(p *census.Process) string { return cpuTime(p.CPU) }},
	{title: "MEMORY", rank: 6, right: true, of: func(p *census.Process) string { return Bytes(p.RSS) }},
	{title: "BYTES", rank: 3, right: true, of: movedBytes},
	{title: "RATE", rank: 2, right: true, of: movedRate},
	{title: "NAME", rank: 4, of: processName},
	{title: "FILE", of: processFile},
}

func cpuTime(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%.2f s", d.Seconds())
	}
	return clock(d)
}

const unknown = "-"

func movedBytes(p *census.Process) string {
	if n, ok := p.Moved(); ok {
		return Bytes(n)
	}
	return unknown
}

func movedRate(p *census.Process) string {
	if p.IO == nil {
		return unknown
	}
	return Bytes(int64(p.Rate)) + "/s"
}

func processName(p *census.Process) string {
	name := unknown
	switch {
	case p.Role == census.Guardian:
		name = "guardian"
	case p.Name != "":
		name = plain(p.Name)
	case len(p.Command) > 0:
		name = plain(p.Command[0])
	}
	return shorten(name, longestName)
}

func processFile(p *census.Process) string {
	file := processWork(p)
	if p.Starter != 0 {
		return fmt.Sprintf("orphan of %d: %s", p.Starter, file)
	}
	return file
}

func processWork(p *census.Process) string {
	switch {
	case p.File != "":
		return plain(p.File)
	case p.Files > 0:
		return count(p.Files) + " files"
	case p.Role == census.Child:
		return plain(p.Target) // of a lesson
	}
	var arguments []string
	for _, a := range p.Command[min(1, len(p.Command)):] {
		arguments = append(arguments, plain(a))
	}
	return strings.Join(arguments, " ")
}

// processTable is the cells, the first row the titles.
type processTable struct {
	rows [][]string
	room int // for so many rows; 0: for all
	more int // that there was no room for
}

// add adds a process and those below it; branch is what stands before it, stem what
// stands before those.
func (t *processTable) add(p *census.Process, branch, stem string) {
	if t.room > 0 && len(t.rows) >= t.room {
		t.more++
	} else {
		t.rows = append(t.rows, processRow(p, branch))
	}
	for i, child := range p.Children {
		if i == len(p.Children)-1 {
			t.add(child, stem+"└─ ", stem+"   ")
		} else {
			t.add(child, stem+"├─ ", stem+"│  ")
		}
	}
}

func processRow(p *census.Process, branch string) (row []string) {
	for _, c := range processColumns {
		row = append(row, c.of(p))
	}
	row[0] = branch + row[0]
	return row
}

const (
	longestName = 24
	leastName   = 16 // of a file
	between     = "  "
)

func (t *processTable) text(columns int) string {
	if t.more > 0 && len(t.rows) > 1 { // the last row is for the number
		t.rows = t.rows[:len(t.rows)-1]
		t.more++
	}
	widths := make([]int, len(processColumns))
	for _, row := range t.rows {
		for i, cell := range row {
			widths[i] = max(widths[i], width(cell))
		}
	}
	shown := t.fit(widths, columns)
	var text strings.Builder
	for _, row := range t.rows {
		text.WriteString(processLine(row, shown, widths, columns) + "\n")
	}
	if t.more > 0 && t.room > 1 {
		more := fmt.Sprintf("… and %s more", count(t.more))
		if columns > 0 {
			more = cut(more, columns)
		}
		text.WriteString(more + "\n")
	}
	return text.String()
}

// fit are the columns that there is room for.
func (t *processTable) fit(widths []int, columns int) (shown []int) {
	taken := leastName
	for i := range processColumns[:len(processColumns)-1] {
		shown = append(shown, i)
		taken += widths[i] + len(between)
	}
	for columns > 0 && taken > columns && len(shown) > 1 {
		last := slices.MaxFunc(shown, func(a, b int) int { return processColumns[a].rank - processColumns[b].rank })
		shown = slices.DeleteFunc(shown, func(i int) bool { return i == last })
		taken -= widths[last] + len(between)
	}
	return append(shown, len(processColumns)-1)
}

func processLine(row []string, shown, widths []int, columns int) string {
	var line strings.Builder
	for _, i := range shown[:len(shown)-1] {
		if processColumns[i].right {
			line.WriteString(padLeft(row[i], widths[i]))
		} else {
			line.WriteString(pad(row[i], widths[i]))
		}
		line.WriteString(between)
	}
	before, file := line.String(), row[len(row)-1]
	if name := len(row) - 2; file == "" && !slices.Contains(shown, name) {
		file = row[name] // guardian, or that it is not known
	}
	if columns > 0 {
		file = shorten(file, max(columns-width(before), 0))
		before = cut(before, columns)
	}
	if file == "" {
		before = strings.TrimRight(before, " ")
	}
	return before + file
}
