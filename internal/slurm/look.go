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
func (d *dispatcher) lookEvery() time.Duration {
	return max(lookEvery, time.Duration(len(d.attempts))*time.Second/looksMost)
}

// look reads what is new in the records of batches that are under way.
func (d *dispatcher) look() error {
	for first := 0; first < len(d.batches); first += perFolder {
		if !d.isOpen(first) {
			continue
		}
		if err := d.lookInto(part(first), d.mayTell); err != nil {
			return d.problem(err)
		}
	}
	return nil
}

// catchUp reads all that the attempts at a batch have written by now: a look may be long ago, and has its bounds.
func (d *dispatcher) catchUp(n int) error {
	for more := true; more; {
		if err := d.lookInto(part(n), func(batch int) bool { return batch == n && d.mayTell(n) }); err != nil {
			return d.problem(err)
		}
		tried := d.attempts[n]
		more = tried != nil && slices.ContainsFunc(tried.all, func(a *attempt) bool { return a.more })
	}
	return nil
}

// isOpen tells whether one of the batches whose records lie in the folder of this one may have news.
func (d *dispatcher) isOpen(first int) bool {
	for n := first; n < min(first+perFolder, len(d.batches)); n++ {
		if d.mayTell(n) {
			return true
		}
	}
	return false
}

// mayTell tells whether the records of a batch are read.
func (d *dispatcher) mayTell(n int) bool {
	return n < len(d.batches) && (d.batches[n].state == submitted || d.attempts[n] != nil)
}

// lookInto reads what is new in the records of one folder, of those batches.
func (d *dispatcher) lookInto(part string, of func(batch int) bool) error {
	folder, err := os.Open(d.in("events", part))
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
		if !ok || !of(a.batch) {
			continue
		}
		a.file = filepath.Join(folder.Name(), name)
		if err := d.follow(a); err != nil {
			return err
		}
	}
	return nil
}

// follow reads what is new of an attempt.
func (d *dispatcher) follow(a *attempt) error {
	tried := d.attempts[a.batch]
	if tried == nil {
		tried = &attempts{}
		d.attempts[a.batch] = tried
	}
	a = tried.add(a)
	d.twice = d.twice || len(tried.all) > 1
	if err := tried.second(); err != nil {
		return err
	}
	err := a.read(readMost, func(e event.Event) { d.heard(tried, a, e) })
	if errors.Is(err, fs.ErrNotExist) {
		return nil // a network file system may list what it cannot open yet
	}
	if err != nil {
		return err
	}
	return d.judge(a.batch, tried)
}

// heard takes an event of an attempt.
func (d *dispatcher) heard(tried *attempts, a *attempt, e event.Event) {
	task := e
	e.Node = a.begun.Node
	switch e.Kind {
	case event.Begun:
		a.begun = task
		if tried.latest() == a && a.restarts > 0 {
			d.emit(event.Event{Kind: event.Retried, Name: a.name(), Node: task.Node, PID: task.PID, Task: a.task, File: task.File, Attempt: a.restarts, Error: startedAgain})
		}
		d.emit(d.started(a))
		return
	case event.Finished:
		a.finished = &task
		d.ended(a, task.Time, "")
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
		if !d.isLast(a.batch) && e.Time.After(d.lastFile) {
			d.lastFile = e.Time
		}
		if !tried.isNew(e) {
			return
		}
	}
	d.emit(e)
}

// startedAgain is why a task comes again that we have not submitted again.
const startedAgain = "Slurm has started its task again, as when its node has failed"

// isLast tells whether a batch is that of folders and links.
func (d *dispatcher) isLast(batch int) bool {
	return d.planned.Last && batch == len(d.batches)-1
}

// started is the event of a task's start.
func (d *dispatcher) started(a *attempt) event.Event {
	b := a.begun
	return event.Event{
		Time: b.Time, Kind: event.Started, Name: a.name(), Node: b.Node, Task: a.task, PID: b.PID, PPID: d.self,
		File: b.File, Files: b.Files,
	}
}

// ended tells of the end of a task, and of what it has left behind: its children have ended with it.
// reason is why, where it has not said so itself.
func (d *dispatcher) ended(a *attempt, at time.Time, reason string) {
	if a.begun.Kind == "" {
		return
	}
	for _, child := range a.running {
		d.emit(event.Event{Time: at, Kind: event.Exited, Name: child.Name, Node: child.Node, PID: child.PID, File: child.File, Reason: "its task has ended"})
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
	d.emit(e)
}

// Exit codes of a task, as brood's.
const (
	exitFailed  = 1
	exitRefused = 2
)
