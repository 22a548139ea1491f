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

func (q *Queue) busy() {
	select {
	case <-q.idle:
		q.idle = make(chan struct{})
	default:
	}
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

func (q *Queue) run() {
	defer close(q.ended)
	for range q.wake {
		for {
			text, lost := q.take()
			if len(text) == 0 && lost == 0 {
				break
			}
			q.write(text, lost)
		}
	}
}

// take takes all that is queued; when there is nothing, the queue is idle.
func (q *Queue) take() (text []byte, lost int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	text, lost = q.queued, q.lost
	q.queued, q.lost = nil, 0
	if len(text) == 0 && lost == 0 {
		select {
		case <-q.idle:
		default:
			close(q.idle)
		}
	}
	return text, lost
}

// write writes piece by piece, so that it shows whether somebody reads. Errors are
// nobody's: there is no other place to tell them.
func (q *Queue) write(text []byte, lost int) {
	for len(text) > 0 {
		n := wholeLines(text)
		_, _ = q.w.Write(text[:n])
		text = text[n:]
		q.mu.Lock()
		q.written++
		q.mu.Unlock()
	}
	if lost > 0 {
		q.leftOut(q.w, lost)
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
