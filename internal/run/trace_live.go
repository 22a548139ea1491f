package run

import (
	"bytes"
	"io"
	"os"
	"sync"
	"time"

	"github.com/creack/pty"

	"brood/internal/view"
)

// live shows the processes of a traced program below its output, and keeps them up to date. The program writes to a
// terminal of its own, whose output is copied:
//
//	program ── stdout, stderr ─▶ pty ─▶ copy ─▶ the terminal, above
//	status of its processes ───────────────────▶ the terminal, below (a footer)
type live struct {
	run    *tracing
	queue  *view.Queue
	master *os.File
	slave  *os.File // of the program
	copied chan struct{}

	mu      sync.Mutex
	partial []byte // the beginning of a line, shown as the first line of the footer
}

// newLive returns nil if standard error is no terminal that can show a footer.
func newLive(r *tracing) (*live, error) {
	terminal, moves := view.Terminal(r.err)
	if !moves {
		return nil, nil
	}
	master, slave, err := pty.Open()
	if err != nil {
		return nil, err
	}
	l := &live{run: r, master: master, slave: slave, copied: make(chan struct{})}
	_ = pty.InheritSize(terminal, master)
	l.queue = view.NewQueue(terminal, func(io.Writer, int) {})
	l.queue.SetFooter(&view.Footer{Draw: l.frame, Size: func() (int, int) { return view.Size(terminal) },
		Shown: func() bool { return view.Foreground(terminal) }, Every: drawEvery})
	go l.copy(terminal)
	return l, nil
}

// copy copies what the program writes, line by line.
func (l *live) copy(to io.Writer) {
	defer close(l.copied)
	buffer := make([]byte, 32<<10)
	for {
		n, err := l.master.Read(buffer)
		if n > 0 {
			l.take(buffer[:n], to)
		}
		if err != nil { // EIO, once nobody has the other side
			return
		}
	}
}

func (l *live) take(text []byte, to io.Writer) {
	l.mu.Lock()
	text = append(l.partial, text...)
	end := bytes.LastIndexByte(text, '\n') + 1
	l.partial = bytes.Clone(text[end:])
	l.mu.Unlock()
	if end > 0 {
		l.queue.Aside(func() { _, _ = to.Write(text[:end]) })
	}
}

// frame draws the footer.
func (l *live) frame(columns, rows int) string {
	l.mu.Lock()
	partial := view.OneLine(string(l.partial), columns)
	l.mu.Unlock()
	l.run.mu.Lock()
	defer l.run.mu.Unlock()
	return partial + view.Now(&l.run.family, l.run.spec.Lang, columns, max(rows/2, 1))
}

// end removes the footer, once all output is there.
func (l *live) end() {
	l.slave.Close()
	select {
	case <-l.copied:
	case <-time.After(grace): // a process that goes on has it, with --detach-on-exit
	}
	l.queue.SetFooter(nil)
	l.queue.Close(grace)
	_, _ = l.run.err.Write(l.partial)
	l.master.Close()
}
