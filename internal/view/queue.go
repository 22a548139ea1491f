package view

import (
	"bytes"
	"io"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
)

// Queue writes a log by a goroutine of its own. A stopped terminal, or a pipe that nobody reads, never delays the
// caller:
//
//	LevelWrite ─▶ queued ─(all at once)▶ w
//	     └─ no room ─▶ left out, and counted; the count is logged once there is room again
//
// The queue is bounded. Lines below warnings get half of the room, so they are left out first.
type Queue struct {
	w       io.Writer
	leftOut func(w io.Writer, lines int)

	mu      sync.Mutex
	queued  []byte
	lost    int           // lines left out since queued was taken
	written int           // number of writes that w has taken
	footer  *Footer       // wanted footer; nil for none
	wake    chan struct{} // holds a value if there may be something to write
	idle    chan struct{} // closed while there is nothing to write, then replaced
	ended   chan struct{} // closed when run has returned

	writing sync.Mutex // held while w is written
	shown   *Footer    // on the screen; nil for none
}

// queueRoom is in bytes: room for some thousand lines.
const queueRoom = 256 << 10

// NewQueue makes a queue that writes to w. The caller closes it. The goroutine of the queue calls leftOut to log the
// number of lines that had no room.
func NewQueue(w io.Writer, leftOut func(w io.Writer, lines int)) *Queue {
	q := &Queue{w: w, leftOut: leftOut, wake: make(chan struct{}, 1)}
	q.idle, q.ended = make(chan struct{}), make(chan struct{})
	close(q.idle)
	go q.run()
	return q
}

// LevelWrite queues lines of that level. It implements hclog.LevelWriter, never waits and never fails.
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

// Write queues lines with the level of errors.
func (q *Queue) Write(p []byte) (int, error) { return q.LevelWrite(hclog.Error, p) }

// SetFooter shows a footer below the lines. nil removes it.
func (q *Queue) SetFooter(f *Footer) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.footer = f
	q.busy()
}

// busy wakes the goroutine.
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
	ticks := time.NewTicker(time.Hour)
	defer ticks.Stop()
	for {
		select {
		case _, ok := <-q.wake:
			if !ok {
				return
			}
		case <-ticks.C:
			if !q.showing() {
				continue
			}
			q.mu.Lock()
			q.work() // a stopped terminal delays this write, too
			q.mu.Unlock()
		}
		for more := true; more; {
			text, lost, footer := q.take()
			if q.write(text, lost, footer) {
				ticks.Reset(footer.Every)
			}
			more = !q.rest(footer)
		}
	}
}

// take empties the queue.
func (q *Queue) take() (text []byte, lost int, footer *Footer) {
	q.mu.Lock()
	defer q.mu.Unlock()
	text, lost = q.queued, q.lost
	q.queued, q.lost = nil, 0
	return text, lost, q.footer
}

// rest tells whether there is nothing more to write. Then it marks the queue as idle.
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

func (q *Queue) showing() bool {
	q.writing.Lock()
	defer q.writing.Unlock()
	return q.shown != nil
}

// Aside calls write, which writes to the terminal of the footer by itself. Meanwhile there is no footer, and no line is
// written.
func (q *Queue) Aside(write func()) {
	q.writing.Lock()
	defer q.writing.Unlock()
	if q.shown != nil {
		_, _ = q.w.Write(q.shown.below(nil, true))
		defer q.again()
	}
	write()
}

// again has the footer drawn again.
func (q *Queue) again() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.footer != nil {
		q.busy()
	}
}

// write writes in pieces, so that written shows whether somebody reads. Errors are ignored: there is no other place to
// log them. It tells whether the footer is a new one.
func (q *Queue) write(text []byte, lost int, footer *Footer) (isNew bool) {
	q.writing.Lock()
	defer q.writing.Unlock()
	shown := q.shown
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
		footer.at = time.Now() // a stopped terminal may have taken it only now
	}
	q.shown = footer
	return footer != nil && footer != shown
}

// wholeLines returns the length of the lines that fit into one atomic write (pipe(7), PIPE_BUF): the writes of other
// processes cannot break it up. It returns at least one line, however long.
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

// Drain waits until the queue is empty. It gives up, and returns false, if w takes nothing for the time patience.
// A patience of 0 never ends.
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

// Close drains the queue and ends its goroutine. Nobody may write to the queue afterwards. If Drain gives up, the
// goroutine stays: nothing can end a blocked write.
func (q *Queue) Close(patience time.Duration) (drained bool) {
	if !q.Drain(patience) {
		return false
	}
	close(q.wake)
	<-q.ended
	return true
}
