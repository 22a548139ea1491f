package run

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"syscall"
	"unicode"

	"github.com/hashicorp/go-hclog"

	"brood/internal/view"
)

// log is where a run logs. A queue stands before its output, so that neither a stopped
// terminal (Ctrl-S) nor a pipe that nobody reads delays the run or its end.
type log struct {
	options hclog.LoggerOptions // write to the queue
	queue   *view.Queue
}

func newLog(options hclog.LoggerOptions, table bool) *log {
	direct := options
	queue := view.NewQueue(options.Output, func(w io.Writer, lines int) {
		if direct.Output = w; table {
			Note(direct, hclog.Warn, fmt.Sprintf("lines left out: nobody has read %d of them", lines))
			return
		}
		hclog.New(&direct).Warn("lines left out: nobody has read them", "lines", lines)
	})
	options.Output = queue
	return &log{options, queue}
}

// note logs a message that is not an event.
func (l *log) note(level hclog.Level, message string) { Note(l.options, level, message) }

// drain waits until the log is written, for a limited time.
func (l *log) drain() { l.queue.Drain(grace) }

// close waits until a slow reader has read the rest, as any program does. After a signal
// it waits no longer than grace.
func (l *log) close(signal syscall.Signal) {
	if signal != 0 {
		l.queue.Close(grace)
		return
	}
	l.queue.Close(0)
}

// Note writes a message that is not an event: as a line of the log where that is JSON,
// otherwise as programs do ("brood: …"). The log level does not suppress it.
func Note(options hclog.LoggerOptions, level hclog.Level, message string) {
	if !options.JSONFormat {
		fmt.Fprintf(options.Output, "brood: %s\n", Printable(message))
		return
	}
	options.Level = min(options.Level, hclog.Error)
	hclog.New(&options).Log(level, message)
}

// Printable replaces what cannot be printed by its escape in Go's syntax. A file name in a
// message may hold characters that move the cursor.
func Printable(s string) string {
	var b strings.Builder
	for _, r := range s {
		if unicode.IsPrint(r) || r == '\n' {
			b.WriteRune(r)
			continue
		}
		b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
	}
	return b.String()
}
