package slurm

import (
	"errors"
	"io/fs"
	"os"
	"sync"
	"time"

	"brood/internal/event"
)

// Planning passes the events of the planning on, and keeps them in the job folder for a later [Folder.Follow].
type Planning struct {
	emit event.Sink
	mu   sync.Mutex
	file *os.File
	w    *event.Writer
	err  error
	cut  bool // the walk of the source was stopped
}

// Planning begins to keep the events. before is an event from the time before the job folder, or the zero Event.
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

// Emit is an [event.Sink].
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

// Whole tells whether the source was walked to its end. It is valid after the walk.
func (p *Planning) Whole() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.cut && p.err == nil
}

// Close closes the file. An error means that events are missing from it.
func (p *Planning) Close() error {
	err := p.file.Close()
	return errors.Join(p.err, err)
}

// replay emits the kept events of the planning.
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
			return nil // the end, or half a line that a killed submitter left
		}
		emit(e)
	}
}
