package view

import (
	"io"
	"os"

	"golang.org/x/term"
)

// Terminal returns the file behind w, if it is a terminal on which the cursor can be moved.
func Terminal(w io.Writer) (*os.File, bool) {
	file, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return nil, false
	}
	kind := os.Getenv("TERM")
	return file, kind != "dumb" && (kind != "" || !hasTERM)
}

// Size returns the size of the terminal behind w, 0 where there is none.
func Size(w io.Writer) (columns, rows int) {
	if file, ok := w.(*os.File); ok {
		columns, rows, _ = term.GetSize(int(file.Fd()))
	}
	return columns, rows
}
