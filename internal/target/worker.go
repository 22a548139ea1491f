package target

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"brood/internal/event"
	"brood/internal/filecopy"
	"brood/internal/process"
)

// worker is a child at its job.
type worker struct {
	Job
	ctx          context.Context
	source, dest *os.Root
	events       io.Writer
}

// task is what a target does, once for so many arguments, of which the last is the
// name that it is about.
type task struct {
	args  int
	makes bool // the destination, when it is missing
	do    func(*worker, ...string) error
}

func (t task) run(w *process.Work) error {
	job, err := bind(w.Kwargs)
	if err == nil && (len(w.Args) == 0 || len(w.Args)%t.args != 0) {
		err = errUsage
	}
	if err != nil {
		return err
	}
	at, err := t.start(job, w)
	if err != nil {
		return err
	}
	defer at.close()
	var failures []error
	for args := w.Args; len(args) > 0; args = args[t.args:] {
		if at.ctx.Err() != nil {
			return at.ctx.Err()
		}
		name := args[t.args-1]
		if err := t.do(at, args[:t.args]...); err != nil && at.ctx.Err() == nil {
			at.tell(event.Event{Kind: event.Failed, File: name, Error: err.Error()})
			failures = append(failures, fmt.Errorf("%q: %w", name, err))
		}
	}
	return errors.Join(failures...)
}

// start opens both ends.
func (t task) start(job Job, w *process.Work) (*worker, error) {
	ctx := w.Context() // SIGTERM removes the temporary file first
	source, err := os.OpenRoot(job.Source)
	if err != nil {
		return nil, err
	}
	open := os.OpenRoot
	if t.makes {
		open = func(name string) (*os.Root, error) { return openDest(source, name) }
	}
	dest, err := open(job.Dest)
	if err != nil {
		source.Close()
		return nil, err
	}
	return &worker{Job: job, ctx: ctx, source: source, dest: dest, events: w.Events}, nil
}

func (w *worker) close() {
	w.source.Close()
	w.dest.Close()
}

// openDest opens the destination and makes it when it is missing, not more
// readable than the source.
func openDest(source *os.Root, name string) (*os.Root, error) {
	dest, err := os.OpenRoot(name)
	if !errors.Is(err, fs.ErrNotExist) {
		return dest, err
	}
	info, err := source.Stat(".")
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(name, info.Mode().Perm()|0o700); err != nil {
		return nil, err
	}
	return os.OpenRoot(name)
}

// progressEvery is how often a file's progress is told at the most.
const progressEvery = 200 * time.Millisecond

// watched are the options for a file of that size whose progress is told.
func (w *worker) watched(name string, size int64) filecopy.Options {
	opts, last, phase := w.Options, time.Now(), filecopy.Phase("")
	opts.Phase = func(now filecopy.Phase) {
		phase, last = now, time.Time{} // that it has begun is worth telling at once
	}
	opts.Progress = func(done int64) {
		if now := time.Now(); now.Sub(last) >= progressEvery {
			last = now
			w.tell(event.Event{Kind: event.Progress, File: name, Bytes: done, Size: size, Phase: string(phase)})
		}
	}
	return opts
}

func (w *worker) tell(e event.Event) {
	e.Time = time.Now()
	// Without its parent a child has nobody to tell, and finishes its work all the same.
	_ = event.Write(w.events, e)
}
