package view

import (
	"bytes"
	"fmt"
	"strings"
	"time"
)

// Footer is the text that a terminal shows below the lines of a Queue.
//
//	│ line         │ line
//	│ line         │ line
//	│ footer   ─▶  │ another line
//	│ footer       │ footer
//	▁              │ footer
//	               ▁
//
// The cursor stands below it. One write removes the footer, adds the queued lines and draws the footer again, so
// neither tears the other. If this process is killed, the footer stays as text. The modes of the terminal never
// change.
type Footer struct {
	Draw  func(columns, rows int) string // lines, none wider than the terminal
	Size  func() (columns, rows int)     // size of the terminal; 0 if it is gone
	Shown func() bool                    // whether the terminal is ours, and not that of another job; nil: always
	Every time.Duration                  // interval of drawing while nothing is queued

	drawn []int     // widths of the lines on the screen, in columns
	at    time.Time // time of the last drawing
}

// stopTime is the delay of a drawing that tells that this process was stopped (Ctrl-Z). The shell has written below
// the footer meanwhile, and its text must stay.
const stopTime = time.Second

// below removes the footer from its old place and returns the text with the footer below it. If last is true, the
// footer is not drawn again. On a terminal that is not ours the text comes alone, and an old footer stays.
func (f *Footer) below(text []byte, last bool) []byte {
	if f.Shown != nil && !f.Shown() {
		f.drawn = nil
		return text
	}
	if time.Since(f.at) > f.Every+stopTime {
		f.drawn = nil
	}
	columns, rows := f.Size()
	if columns <= 0 {
		return text
	}
	out := bytes.NewBufferString(f.erase(columns))
	out.Write(text)
	f.drawn = nil
	if last {
		return out.Bytes()
	}
	footer := f.Draw(columns, rows)
	for line := range strings.Lines(footer) {
		f.drawn = append(f.drawn, width(uncolored(strings.TrimSuffix(line, "\n"))))
	}
	out.WriteString(footer)
	return out.Bytes()
}

// erase returns the escapes that remove the old footer. A terminal that has become narrower shows a long line on
// several rows.
func (f *Footer) erase(columns int) string {
	rows := 0
	for _, w := range f.drawn {
		rows += max(1, (w+columns-1)/columns)
	}
	if rows == 0 {
		return ""
	}
	return fmt.Sprintf("\r\x1b[%dA\x1b[J", rows) // after an echoed ^C the cursor is not at the beginning of a line
}

// uncolored removes the escapes of paint.
func uncolored(line string) string {
	var out strings.Builder
	for {
		before, after, found := strings.Cut(line, "\x1b[")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		_, line, _ = strings.Cut(after, "m")
	}
}
