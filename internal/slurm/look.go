package slurm

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"brood/internal/event"
)

// lookEvery is how often the records are looked at: the more there are, the rarer.
func (r *run) lookEvery() time.Duration {
	return max(lookEvery, time.Duration(len(r.works))*time.Second/looksMost)
}

// look reads what is new in the records of chunks that are under way.
func (r *run) look() error {
	for first := 0; first < len(r.chunks); first += perFolder {
		if !r.isOpen(first) {
			continue
		}
		if err := r.lookInto(part(first), r.mayTell); err != nil {
			return r.problem(err)
		}
	}
	return nil
}

// catchUp reads all that the attempts at a chunk have written by now: a look may be long ago, and has its bounds.
func (r *run) catchUp(n int) error {
	for more := true; more; {
		if err := r.lookInto(part(n), func(chunk int) bool { return chunk == n && r.mayTell(n) }); err != nil {
			return r.problem(err)
		}
		w := r.works[n]
		more = w != nil && slices.ContainsFunc(w.attempts, func(a *attempt) bool { return a.more })
	}
	return nil
}

// isOpen tells whether one of the chunks whose records lie in the folder of this one may have news.
func (r *run) isOpen(first int) bool {
	for n := first; n < min(first+perFolder, len(r.chunks)); n++ {
		if r.mayTell(n) {
			return true
		}
	}
	return false
}

// mayTell tells whether the records of a chunk are read.
func (r *run) mayTell(n int) bool {
	return n < len(r.chunks) && (r.chunks[n].state == submitted || r.works[n] != nil)
}

// lookInto reads what is new in the records of one folder, of those chunks.
func (r *run) lookInto(part string, of func(chunk int) bool) error {
	folder, err := os.Open(r.in("events", part))
	if err != nil {
		return err
	}
	defer folder.Close()
	names, err := folder.Readdirnames(-1)
	if err != nil {
		return err
	}
	for _, name := range names {
		a, ok := parseAttempt(name)
		if !ok || !of(a.chunk) {
			continue
		}
		a.file = filepath.Join(folder.Name(), name)
		if err := r.follow(a); err != nil {
			return err
		}
	}
	return nil
}

// follow reads what is new of an attempt.
func (r *run) follow(a *attempt) error {
	w := r.works[a.chunk]
	if w == nil {
		w = &work{}
		r.works[a.chunk] = w
	}
	a = w.attempt(a)
	r.twice = r.twice || len(w.attempts) > 1
	if err := w.second(); err != nil {
		return err
	}
	err := a.read(readMost, func(e event.Event) { r.heard(w, a, e) })
	if errors.Is(err, fs.ErrNotExist) {
		return nil // a network file system may list what it cannot open yet
	}
	if err != nil {
		return err
	}
	return r.judge(a.chunk, w)
}

// heard takes an event of an attempt.
func (r *run) heard(w *work, a *attempt, e event.Event) {
	task := e
	e.Node = a.begun.Node
	switch e.Kind {
	case event.Begun:
		a.begun = task
		if w.latest() == a && a.restarts > 0 {
			r.emit(event.Event{Kind: event.Retried, Name: a.name(), Node: task.Node, PID: task.PID, Task: a.task, File: task.File, Attempt: a.restarts, Error: startedAgain})
		}
		r.emit(r.started(a))
		return
	case event.Finished:
		a.finished = &task
		r.ended(a, task.Time, "")
		return
	case event.Measured, event.Stopping:
		return
	case event.Started:
		if a.running == nil {
			a.running = map[int]event.Event{}
		}
		a.running[e.PID] = e
	case event.Exited:
		delete(a.running, e.PID)
	case event.Failed:
		a.failed++
		return
	}
	if e.Settles() {
		if !r.isLast(a.chunk) && e.Time.After(r.lastFile) {
			r.lastFile = e.Time
		}
		if !w.isNew(e) {
			return
		}
	}
	r.emit(e)
}

// startedAgain is why a task comes again that we have not submitted again.
const startedAgain = "Slurm has started its task again, as when its node has failed"

// isLast tells whether a chunk is that of folders and links.
func (r *run) isLast(chunk int) bool {
	return r.planned.Last && chunk == len(r.chunks)-1
}

// started is the event of a task's start.
func (r *run) started(a *attempt) event.Event {
	b := a.begun
	return event.Event{
		Time: b.Time, Kind: event.Started, Name: a.name(), Node: b.Node, Task: a.task, PID: b.PID, PPID: r.self,
		File: b.File, Files: b.Files,
	}
}

// ended tells of the end of a task, and of what it has left behind: its children have ended with it.
// reason is why, where it has not said so itself.
func (r *run) ended(a *attempt, at time.Time, reason string) {
	if a.begun.Kind == "" {
		return
	}
	for _, child := range a.running {
		r.emit(event.Event{Time: at, Kind: event.Exited, Name: child.Name, Node: child.Node, PID: child.PID, File: child.File, Reason: "its task has ended"})
	}
	a.running = nil
	e := event.Event{Time: at, Kind: event.Exited, Name: a.name(), Node: a.begun.Node, Task: a.task, PID: a.begun.PID, File: a.begun.File, Reason: reason}
	e.Duration = at.Sub(a.begun.Time).Seconds()
	if f := a.finished; f != nil {
		e.Bytes, e.ExitCode = f.Bytes, new(int)
		switch {
		case f.Error != "":
			*e.ExitCode = exitRefused
		case f.Totals != nil && f.Failed > 0, f.Signal != "", f.Reason != "":
			*e.ExitCode = exitFailed
		}
	}
	r.emit(e)
}

// Exit codes of a task, as brood's.
const (
	exitFailed  = 1
	exitRefused = 2
)
