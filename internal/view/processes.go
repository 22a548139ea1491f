package view

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"brood/internal/census"
)

// Processes draws the broods of a census as trees with a line for each process:
//
//	PID       PPID  S   AGE     CPU   MEMORY    BYTES        RATE  NAME    FILE
//	4711      4702  S  0:31  0.21 s   12 MiB  1.2 GiB  40.0 MiB/s  copy    videos /tmp/videos
//	├─ 4719   4711  R  0:04  0.90 s   10 MiB  330 MiB  21.0 MiB/s  copy-2  holiday/sunrise.mp4
//	└─ 4720   4711  D  0:02  0.31 s   10 MiB   40 MiB  19.0 MiB/s  copy-3  holiday/blink.mp4
//
// columns and rows limit the size; 0 is no limit. A narrow terminal has fewer columns of the table.
func Processes(c *census.Census, columns, rows int) string {
	t := processTable{rows: [][]string{titlesOf(processColumns)}, room: rows}
	for _, p := range c.Broods {
		t.add(p, "", "")
	}
	return t.text(columns)
}

var processColumns = []column[*census.Process]{
	{title: "PID", of: func(p *census.Process) string { return pidOn(p.PID, p.Node) }},
	{title: "PPID", rank: 9, right: true, of: func(p *census.Process) string { return strconv.Itoa(p.PPID) }},
	{title: "S", rank: 1, of: processState},
	{title: "AGE", rank: 7, right: true, of: func(p *census.Process) string { return clock(p.Age) }},
	{title: "CPU", rank: 10, right: true, of: here(func(p *census.Process) string { return cpuTime(p.CPU) })},
	{title: "MEMORY", rank: 8, right: true, of: here(func(p *census.Process) string { return Bytes(p.RSS) })},
	{title: "BYTES", rank: 4, right: true, of: movedBytes},
	{title: "RATE", rank: 2, right: true, of: movedRate},
	{title: "DONE", rank: 3, right: true, told: true, of: doneOfFile},
	{title: "PHASE", rank: 6, told: true, of: processPhase},
	{title: "NAME", rank: 5, of: processName},
	{title: "FILE", of: processFile},
}

// processTable holds the cells of the table. The first row has the titles.
type processTable struct {
	rows [][]string
	room int // most rows; 0 for no limit
	more int // processes left out
}

// add adds a process and its children. The prefix of its own line is branch, that of its children's lines stem.
func (t *processTable) add(p *census.Process, branch, stem string) {
	t.row(processRow(p, branch))
	notes := clusterNotes(p)
	left := len(p.Children) + len(notes)
	next := func() (branch, below string) {
		if left--; left == 0 {
			return stem + "└─ ", stem + "   "
		}
		return stem + "├─ ", stem + "│  "
	}
	for _, child := range p.Children {
		branch, below := next()
		t.add(child, branch, below)
	}
	for _, note := range notes {
		branch, _ := next()
		t.row(noteRow(note, branch))
	}
}

func (t *processTable) row(cells []string) {
	if t.room > 0 && len(t.rows) >= t.room {
		t.more++
		return
	}
	t.rows = append(t.rows, cells)
}

// noteRow is a line with a note in place of a process.
func noteRow(note, branch string) []string {
	row := make([]string, len(processColumns))
	row[0], row[len(row)-1] = branch+"…", note
	return row
}

func processRow(p *census.Process, branch string) (row []string) {
	row = cellsOf(processColumns, p)
	row[0] = branch + row[0]
	return row
}

const (
	longestName = 24
	leastName   = 16 // columns for a file
	between     = "  "
)

func (t *processTable) text(columns int) string {
	if t.more > 0 && len(t.rows) > 1 { // the last row counts the others
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

// fit returns the columns that fit.
func (t *processTable) fit(widths []int, columns int) []int {
	var wanted []int
	for i, column := range processColumns[:len(processColumns)-1] {
		if !column.told || t.has(i) {
			wanted = append(wanted, i)
		}
	}
	return fitting(processColumns, wanted, widths, columns)
}

// has tells whether any cell of a column is not empty.
func (t *processTable) has(column int) bool {
	return slices.ContainsFunc(t.rows[1:], func(row []string) bool { return row[column] != "" })
}

func processLine(row []string, shown, widths []int, columns int) string {
	last, name := len(row)-1, len(row)-2
	if row[last] == "" && !slices.Contains(shown, name) {
		row = slices.Clone(row)
		row[last] = row[name] // such as guardian
	}
	return lineOf(processColumns, row, shown, widths, columns)
}
