package view

import (
	"bytes"
	"fmt"
	"strings"
	"time"
)

// Footer is what a terminal shows below the lines of a Queue, as long as it has one.
//
//	│ line         │ line
//	│ line         │ line
//	│ footer   ─▶  │ another line
//	│ footer       │ footer
//	▁              │ footer
//	               ▁
//
// The cursor stands below it. It is removed and drawn again, with what was queued in
// between, by one write: neither tears the other. Whoever is killed leaves it as text,
// and the terminal as it was.
type Footer struct {
	Draw  func(columns, rows int) string // lines, none wider than the terminal
	Size  func() (columns, rows int)     // of the terminal; 0 where there is none any more
	Every time.Duration                  // how often it is drawn when nothing is queued

	drawn []int     // how wide its lines on the screen are
	at    time.Time // when they came there
}

// stopTime is how long nothing was drawn when this process seems to have been stopped
// (Ctrl-Z): the shell has written below the footer then, and that is not to be removed.
const stopTime = time.Second

// below is the text with the footer below it, which it removes from where it was; the
// last time it removes it.
func (f *Footer) below(text []byte, last bool) []byte {
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

// erase removes what was drawn. A terminal that has become narrower since shows each
// line on as many rows as it takes.
func (f *Footer) erase(columns int) string {
	rows := 0
	for _, w := range f.drawn {
		rows += max(1, (w+columns-1)/columns)
	}
	if rows == 0 {
		return ""
	}
	return fmt.Sprintf("\r\x1b[%dA\x1b[J", rows) // where ^C was echoed the cursor is not at the beginning of a line
}

// uncolored is a line without the escapes of paint.
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
