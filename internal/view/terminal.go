package view

import (
	"io"
	"os"
	"strconv"

	"golang.org/x/term"
)

// Terminal returns the file behind w if it is a terminal that can move the cursor.
func Terminal(w io.Writer) (*os.File, bool) {
	file, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return nil, false
	}
	kind := os.Getenv("TERM")
	return file, kind != "dumb" && (kind != "" || !hasTERM)
}

// Size returns the size of the terminal behind w, or 0 if w is no terminal.
func Size(w io.Writer) (columns, rows int) {
	if file, ok := w.(*os.File); ok {
		columns, rows, _ = term.GetSize(int(file.Fd()))
	}
	return columns, rows
}

// Columns returns the width of the terminal behind w; elsewhere that of COLUMNS, or 0.
func Columns(w io.Writer) int {
	if columns, _ := Size(w); columns > 0 {
		return columns
	}
	columns, err := strconv.Atoi(os.Getenv("COLUMNS"))
	if err != nil {
		return 0
	}
	return max(columns, 0)
}
