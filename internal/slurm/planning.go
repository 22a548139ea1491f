package slurm

import (
	"errors"
	"io/fs"
	"os"
	"sync"
	"time"

	"brood/internal/event"
)

// Planning keeps the events of the planning in the job folder, for who follows later, and passes them on.
type Planning struct {
	emit event.Sink
	mu   sync.Mutex
	file *os.File
	w    *event.Writer
	err  error
	cut  bool // the source was not walked to its end
}

// Planning begins to keep them; before, if it is an event, is one that was emitted before there was a job folder.
func (f *Folder) Planning(before event.Event, emit event.Sink) (*Planning, error) {
	file, err := os.OpenFile(f.in("plan.jsonl"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return nil, err
	}
	p := &Planning{emit: emit, file: file, w: event.NewWriter(file)}
	if before.Kind != "" {
		p.keep(before)
	}
	return p, nil
}

// Emit is a Sink.
func (p *Planning) Emit(e event.Event) {
	p.keep(e)
	p.emit(e)
}

func (p *Planning) keep(e event.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if e.Time.IsZero() {
		e.Time = time.Now()
	}
	if err := p.w.Write(e); p.err == nil {
		p.err = err
	}
	p.cut = p.cut || e.Kind == event.Stopping
}

// Whole tells whether the source was walked to its end, once that is over.
func (p *Planning) Whole() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.cut && p.err == nil
}

// Close returns why not all of them are kept.
func (p *Planning) Close() error {
	err := p.file.Close()
	return errors.Join(p.err, err)
}

// replay emits the events of the planning.
func (f *Folder) replay(emit event.Sink) error {
	file, err := os.Open(f.in("plan.jsonl"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	for events := event.NewReader(file); ; {
		e, err := events.Next()
		if err != nil {
			return nil // the end, or what a submitter that was killed has left of a line
		}
		emit(e)
	}
}
