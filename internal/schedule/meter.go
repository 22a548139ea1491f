package schedule

import (
	"sync/atomic"
	"time"

	"brood/internal/event"
)

// meter is what the children of a run have moved, and how many there were meanwhile. It is
// counted as they tell, and read by the run once a beat.
type meter struct {
	bytes, files, news atomic.Int64 // since the last reading

	read    time.Time     // the last time
	counted time.Time     // until when busy is
	busy    time.Duration // of all children together since the last reading
}

// mark is how far a child's present file was at its last news.
type mark struct {
	file  string
	bytes int64
}

// take counts what e has moved beyond the mark. A file that is read back begins at 0 again.
func (m *meter) take(at *mark, e event.Event) {
	if e.Method == "reflink" {
		e.Bytes = 0 // none of them was moved
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

// children is called before their number, which is running, changes.
func (m *meter) children(running int, now time.Time) {
	m.busy += time.Duration(running) * now.Sub(m.counted)
	m.counted = now
}

// reading is what was moved since the last one, and by how many children on average; none after a time that is not
// that of a beat, as when this process was stopped.
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
