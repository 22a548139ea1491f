package slurm

import (
	"bytes"
	"os"
	"sync"
	"time"

	"brood/internal/event"
)

// Diary is the record of a task, on a file system that others read: it is written and synced no more often than
// Every, as a whole lot of lines, and of the progress of a child only the last is in it.
type Diary struct {
	file  *os.File
	done  chan struct{}
	ended chan struct{}

	mu       sync.Mutex
	lines    bytes.Buffer
	writer   *event.Writer       // to lines
	progress map[int]event.Event // by PID, since the last writing
	err      error
}

// NewDiary keeps one in the file, which it closes.
func NewDiary(file *os.File, every time.Duration) *Diary {
	d := &Diary{file: file, done: make(chan struct{}), ended: make(chan struct{}), progress: map[int]event.Event{}}
	d.writer = event.NewWriter(&d.lines)
	go d.keep(every)
	return d
}

// Read takes an event; a Stream's reader.
func (d *Diary) Read(e event.Event) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if e.Kind == event.Progress {
		d.progress[e.PID] = e
		return
	}
	delete(d.progress, e.PID)
	_ = d.writer.Write(e) // to memory
}

func (d *Diary) keep(every time.Duration) {
	defer close(d.ended)
	ticks := time.NewTicker(every)
	defer ticks.Stop()
	for {
		select {
		case <-ticks.C:
			d.write()
		case <-d.done:
			d.write()
			return
		}
	}
}

// write writes what there is, in one call, and has the server know of it.
func (d *Diary) write() {
	d.mu.Lock()
	for _, e := range d.progress {
		_ = d.writer.Write(e)
	}
	clear(d.progress)
	lines := bytes.Clone(d.lines.Bytes())
	d.lines.Reset()
	d.mu.Unlock()
	if len(lines) == 0 || d.err != nil { // where lines are missing there is no end, or its files would count as done
		return
	}
	_, d.err = d.file.Write(lines)
	if d.err == nil {
		d.err = d.file.Sync()
	}
}

// Close writes the rest, and returns why the record is not whole.
func (d *Diary) Close() error {
	close(d.done)
	<-d.ended
	if err := d.file.Close(); d.err == nil {
		d.err = err
	}
	return d.err
}
