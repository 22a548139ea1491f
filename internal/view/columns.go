package view

import (
	"slices"
	"strings"
)

// column is a column of a table. Without room for all columns, the greatest rank is left out first. The last column
// takes the rest of the width.
type column[Row any] struct {
	title string
	rank  int
	right bool // aligned to the right, for numbers
	told  bool // left out if all its cells are empty
	of    func(Row) string
}

func titlesOf[Row any](all []column[Row]) (titles []string) {
	for _, c := range all {
		titles = append(titles, c.title)
	}
	return titles
}

func cellsOf[Row any](all []column[Row], row Row) []string {
	cells := make([]string, len(all))
	for i, c := range all {
		cells[i] = c.of(row)
	}
	return cells
}

// fitting returns those of the wanted columns that fit, and the last one. columns is 0 for no limit.
func fitting[Row any](all []column[Row], wanted, widths []int, columns int) []int {
	taken := leastName
	for _, i := range wanted {
		taken += widths[i] + len(between)
	}
	for columns > 0 && taken > columns && len(wanted) > 1 {
		last := slices.MaxFunc(wanted, func(a, b int) int { return all[a].rank - all[b].rank })
		wanted = slices.DeleteFunc(wanted, func(i int) bool { return i == last })
		taken -= widths[last] + len(between)
	}
	return append(wanted, len(all)-1)
}

// lineOf returns the line of a row with the shown columns, no wider than columns (0: no limit).
func lineOf[Row any](all []column[Row], cells []string, shown, widths []int, columns int) string {
	var line strings.Builder
	for _, i := range shown[:len(shown)-1] {
		if all[i].right {
			line.WriteString(padLeft(cells[i], widths[i]))
		} else {
			line.WriteString(pad(cells[i], widths[i]))
		}
		line.WriteString(between)
	}
	before, last := line.String(), cells[len(cells)-1]
	if columns > 0 {
		last = shorten(last, max(columns-width(before), 0))
		before = cut(before, columns)
	}
	if last == "" {
		before = strings.TrimRight(before, " ")
	}
	return before + last
}
