package slurm

import (
	"bytes"
	"os"
	"sync"
	"time"

	"brood/internal/event"
)

// Diary writes the record of a task to a shared file system. To spare the file server it writes and syncs once per
// interval, in whole lines. Of the Progress events of a child it keeps only the latest.
type Diary struct {
	file  *os.File
	first *os.File // nil for none
	done  chan struct{}
	ended chan struct{}

	mu       sync.Mutex
	lines    bytes.Buffer
	writer   *event.Writer       // to lines
	progress map[int]event.Event // latest since the last write, by PID
	err      error               // of the first write that failed
}

// NewDiary begins a record in file. [Diary.Close] closes the file. Unless first is nil, the diary syncs it before it
// writes events. So the disk has what was written to first before an event tells of that.
func NewDiary(file, first *os.File, every time.Duration) *Diary {
	d := &Diary{
		file: file, first: first, done: make(chan struct{}), ended: make(chan struct{}),
		progress: map[int]event.Event{},
	}
	d.writer = event.NewWriter(&d.lines)
	go d.keep(every)
	return d
}

// Read adds an event to the record. It is a reader for [event.Stream].
func (d *Diary) Read(e event.Event) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if e.Kind == event.Progress {
		d.progress[e.PID] = e
		return
	}
	delete(d.progress, e.PID)
	_ = d.writer.Write(e) // to memory: never fails
}

// keep writes once per interval, and the rest after Close.
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

// write writes and syncs the collected lines, in one call. After an error it writes nothing more: a record with a gap
// must have no end, or its files would count as done.
func (d *Diary) write() {
	d.mu.Lock()
	for _, e := range d.progress {
		_ = d.writer.Write(e)
	}
	clear(d.progress)
	lines := bytes.Clone(d.lines.Bytes())
	d.lines.Reset()
	d.mu.Unlock()
	if len(lines) == 0 || d.err != nil {
		return
	}
	if d.first != nil {
		d.err = d.first.Sync()
	}
	if d.err == nil {
		_, d.err = d.file.Write(lines)
	}
	if d.err == nil {
		d.err = d.file.Sync()
	}
}

// Close writes the rest and closes the file. An error means that the record is incomplete.
func (d *Diary) Close() error {
	close(d.done)
	<-d.ended
	if err := d.file.Close(); d.err == nil {
		d.err = err
	}
	return d.err
}
