package view

import (
	"bytes"
	"io"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
)

// Queue is where a log is written by a goroutine of its own, so that whoever logs
// is never held up by a terminal that is stopped, or by a pipe that nobody reads.
//
//	LevelWrite ─▶ queued ─(all at once)▶ w
//	     └─ no room ─▶ left out, and counted; told once there is room again
//
// What is queued is bounded. Lines below warnings get half of the room, so that it
// is these that are left out first.
type Queue struct {
	w       io.Writer
	leftOut func(w io.Writer, lines int)

	mu      sync.Mutex
	queued  []byte
	lost    int           // lines that came after queued, and had no room
	written int           // how often w has taken something
	footer  *Footer       // what is to be below the lines; nil for nothing
	wake    chan struct{} // has one when there may be something to write
	idle    chan struct{} // closed when there is nothing to write; another one once there is
	ended   chan struct{} // closed when run has returned
}

// queueRoom is in bytes: some thousand lines.
const queueRoom = 256 << 10

// NewQueue makes a queue that writes to w; Close it. leftOut is called by its
// goroutine, to say on w how many lines had no room.
func NewQueue(w io.Writer, leftOut func(w io.Writer, lines int)) *Queue {
	q := &Queue{w: w, leftOut: leftOut, wake: make(chan struct{}, 1), idle: make(chan struct{}), ended: make(chan struct{})}
	close(q.idle)
	go q.run()
	return q
}

// LevelWrite takes lines of that level; hclog's LevelWriter. It never fails.
func (q *Queue) LevelWrite(level hclog.Level, p []byte) (int, error) {
	room := queueRoom / 2
	if level >= hclog.Warn {
		room = queueRoom
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.busy()
	if len(q.queued)+len(p) > room {
		q.lost++
		return len(p), nil
	}
	q.queued = append(q.queued, p...)
	return len(p), nil
}

// Write takes lines that are worth as much as an error.
func (q *Queue) Write(p []byte) (int, error) { return q.LevelWrite(hclog.Error, p) }

// SetFooter has the terminal show a footer below the lines; with nil the one that is there goes.
func (q *Queue) SetFooter(f *Footer) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.footer = f
	q.busy()
}

// busy has the goroutine look what there is to write.
func (q *Queue) busy() {
	q.work()
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

func (q *Queue) work() {
	select {
	case <-q.idle:
		q.idle = make(chan struct{})
	default:
	}
}

func (q *Queue) run() {
	defer close(q.ended)
	var shown *Footer
	ticks := time.NewTicker(time.Hour)
	defer ticks.Stop()
	for {
		select {
		case _, ok := <-q.wake:
			if !ok {
				return
			}
		case <-ticks.C:
			if shown == nil {
				continue
			}
			q.mu.Lock()
			q.work() // a terminal that is stopped holds this up as well
			q.mu.Unlock()
		}
		for more := true; more; more = !q.rest(shown) {
			text, lost, footer := q.take()
			if footer != shown && footer != nil {
				ticks.Reset(footer.Every)
			}
			q.write(text, lost, shown, footer)
			shown = footer
		}
	}
}

// take takes all that is queued.
func (q *Queue) take() (text []byte, lost int, footer *Footer) {
	q.mu.Lock()
	defer q.mu.Unlock()
	text, lost = q.queued, q.lost
	q.queued, q.lost = nil, 0
	return text, lost, q.footer
}

// rest tells whether there is nothing more to write: then the queue is idle.
func (q *Queue) rest(shown *Footer) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.queued) > 0 || q.lost > 0 || q.footer != shown {
		return false
	}
	select {
	case <-q.idle:
	default:
		close(q.idle)
	}
	return true
}

// write writes piece by piece, so that it shows whether somebody reads. Errors are
// nobody's: there is no other place to tell them.
func (q *Queue) write(text []byte, lost int, shown, footer *Footer) {
	if lost > 0 {
		said := bytes.NewBuffer(text)
		q.leftOut(said, lost)
		text = said.Bytes()
	}
	switch {
	case footer != nil:
		text = footer.below(text, false)
	case shown != nil:
		text = shown.below(text, true)
	}
	for len(text) > 0 {
		n := wholeLines(text)
		_, _ = q.w.Write(text[:n])
		text = text[n:]
		q.mu.Lock()
		q.written++
		q.mu.Unlock()
	}
	if footer != nil {
		footer.at = time.Now() // a terminal that was stopped has taken it only now
	}
}

// wholeLines is the length of the lines that fit into one write that other
// processes' cannot break up (pipe(7), PIPE_BUF); of a longer one, that line's.
func wholeLines(text []byte) int {
	const atomic = 4 << 10
	if len(text) <= atomic {
		return len(text)
	}
	if n := bytes.LastIndexByte(text[:atomic], '\n'); n >= 0 {
		return n + 1
	}
	if n := bytes.IndexByte(text, '\n'); n >= 0 {
		return n + 1
	}
	return len(text)
}

// Drain waits until all is written, as long as within each patience something is,
// and tells whether it was. A patience of 0 has no end.
func (q *Queue) Drain(patience time.Duration) bool {
	for {
		q.mu.Lock()
		idle, before := q.idle, q.written
		q.mu.Unlock()
		var over <-chan time.Time
		if patience > 0 {
			over = time.After(patience)
		}
		select {
		case <-idle:
			return true
		case <-over:
		}
		q.mu.Lock()
		stuck := q.written == before
		q.mu.Unlock()
		if stuck {
			return false
		}
	}
}

// Close is Drain, after which nothing may be written any more. What was not written
// then is left to the goroutine: nothing ends a write that does not return.
func (q *Queue) Close(patience time.Duration) (drained bool) {
	if !q.Drain(patience) {
		return false
	}
	close(q.wake)
	<-q.ended
	return true
}
