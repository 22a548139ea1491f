package schedule

import (
	"sync/atomic"
	"time"

	"brood/internal/event"
)

// meter measures what all children together move, and how many children run meanwhile.
// The engine's goroutines count; the scheduler reads once a beat.
//
// It counts the settled files itself, since a rate is of one beat and of all children: the
// counts of the attempts are of one child each, include failures, and end with the child.
type meter struct {
	bytes, files, news atomic.Int64 // since the last reading; news are the events that added something

	read    time.Time     // time of the last reading
	counted time.Time     // busy is the sum until this time
	busy    time.Duration // run time of all children together since the last reading
}

// mark is the progress of a child's present file that the meter has counted.
type mark struct {
	file  string
	bytes int64
}

// take adds the progress of e beyond the mark. A file that is read back starts at 0 again.
func (m *meter) take(at *mark, e event.Event) {
	if e.Method == "reflink" {
		e.Bytes = 0 // shared, not moved
	}
	if e.File != at.file || e.Bytes < at.bytes {
		*at = mark{file: e.File}
	}
	switch e.Kind {
	case event.Progress, event.Copied, event.Verified:
		if more := e.Bytes - at.bytes; more > 0 {
			m.bytes.Add(more)
			m.news.Add(1)
			at.bytes = e.Bytes
		}
	}
	if e.Settles() {
		m.files.Add(1)
		m.news.Add(1)
	}
}

// children adds the run time since the last call to busy. Call it before the number of running
// children changes.
func (m *meter) children(running int, now time.Time) {
	m.busy += time.Duration(running) * now.Sub(m.counted)
	m.counted = now
}

// reading returns what was moved since the last reading, and the average number of children.
// It is not ok when the time since then is not about a beat, as after a stop of this process.
func (m *meter) reading(running int, now time.Time) (got moved, children float64, ok bool) {
	m.children(running, now)
	elapsed := now.Sub(m.read)
	got = moved{
		bytes: float64(m.bytes.Swap(0)), files: float64(m.files.Swap(0)), news: float64(m.news.Swap(0)),
		seconds: elapsed.Seconds(),
	}
	children = m.busy.Seconds() / elapsed.Seconds()
	m.busy, m.read = 0, now
	return got, children, elapsed > beat/2 && elapsed < 2*beat
}
