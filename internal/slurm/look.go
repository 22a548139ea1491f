package slurm

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"brood/internal/event"
)

// lookEvery returns the time between two looks at the records. It grows with their number.
func (d *dispatcher) lookEvery() time.Duration {
	return max(lookEvery, time.Duration(len(d.attempts))*time.Second/looksMost)
}

// look reads the new events of all batches under way.
func (d *dispatcher) look() error {
	for first := 0; first < len(d.batches); first += perFolder {
		if !d.anyUnderWay(first) {
			continue
		}
		if err := d.readRecords(part(first), d.isUnderWay); err != nil {
			return d.inFolder(err)
		}
	}
	return nil
}

// catchUp reads everything that the attempts at a batch have written. The last look may be long ago, and a look reads
// only a limited amount.
func (d *dispatcher) catchUp(n int) error {
	for more := true; more; {
		if err := d.readRecords(part(n), func(b int) bool { return b == n && d.isUnderWay(n) }); err != nil {
			return d.inFolder(err)
		}
		more = d.attempts[n].any(func(a *attempt) bool { return a.more })
	}
	return nil
}

// anyUnderWay tells whether a batch is under way whose records are in the same folder as those of batch first.
func (d *dispatcher) anyUnderWay(first int) bool {
	for n := first; n < min(first+perFolder, len(d.batches)); n++ {
		if d.isUnderWay(n) {
			return true
		}
	}
	return false
}

// isUnderWay tells whether a batch may have new events.
func (d *dispatcher) isUnderWay(n int) bool {
	return n < len(d.batches) && (d.batches[n].state == submitted || d.attempts[n] != nil)
}

// readRecords reads the new events in one folder, for the batches that wanted accepts.
func (d *dispatcher) readRecords(part string, wanted func(batch int) bool) error {
	return d.eachRecord(part, func(a *attempt) error {
		if !wanted(a.batch) {
			return nil
		}
		return d.readAttempt(a)
	})
}

// eachRecord calls take for each record in one folder, with a new attempt.
func (f *Folder) eachRecord(part string, take func(*attempt) error) error {
	folder, err := os.Open(f.in("events", part))
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
		if !ok {
			continue
		}
		a.file = filepath.Join(folder.Name(), name)
		if err := take(a); err != nil {
			return err
		}
	}
	return nil
}

// readAttempt reads the new events of one attempt, and settles the batch if the attempt is done.
func (d *dispatcher) readAttempt(a *attempt) error {
	tried := d.attempts[a.batch]
	if tried == nil {
		tried = &attempts{}
		d.attempts[a.batch] = tried
	}
	a = tried.add(a)
	d.twice = d.twice || len(tried.all) > 1
	if err := tried.trackNames(); err != nil {
		return err
	}
	err := a.read(readMost, func(e event.Event) { d.handle(tried, a, e) })
	if errors.Is(err, fs.ErrNotExist) {
		return nil // a network file system may list a file before it can open it
	}
	if err != nil {
		return err
	}
	return d.judge(a.batch, tried)
}

// handle passes on an event of an attempt. It keeps failures back: another attempt may succeed.
func (d *dispatcher) handle(tried *attempts, a *attempt, e event.Event) {
	task := e
	e.Node = a.begun.Node
	switch e.Kind {
	case event.Begun:
		a.begun = task
		if tried.latest() == a && a.restarts > 0 {
			retried := a.event(event.Retried)
			retried.Attempt, retried.Error = a.restarts, restarted
			d.emit(retried)
		}
		started := a.event(event.Started)
		started.Time, started.PPID, started.Items = task.Time, d.pid, task.Items
		d.emit(started)
		return
	case event.Finished:
		a.finished = &task
		d.emitExited(a, task.Time, "")
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
		if !a.ends(e) {
			a.failed++
			return
		}
	}
	if a.ends(e) {
		if !d.isLast(a.batch) && e.Time.After(d.lastFile) {
			d.lastFile = e.Time
		}
		if !tried.isNew(e) {
			return
		}
		d.emitOutcome(a, e)
		return
	}
	d.emit(e)
}

// emitOutcome emits the final outcome of an item. It delivers the output of a command before that. a is nil if no
// attempt has run it.
func (d *dispatcher) emitOutcome(a *attempt, e event.Event) {
	if e.Seq > 0 && d.opts.Deliver != nil {
		spool := ""
		if a != nil {
			spool = spoolOf(a.file)
		}
		if err := d.opts.Deliver(e, spool); err != nil && e.Kind != event.Failed {
			e.Kind, e.Error = event.Failed, err.Error()
		}
	}
	d.emit(e)
}

// restarted is the reason of a retry that brood did not submit.
const restarted = "Slurm restarted its task, as after a node failure"

// isLast tells whether a batch is the one of folders and links.
func (d *dispatcher) isLast(n int) bool {
	return d.planned.Last && n == len(d.batches)-1
}

// emitExited emits Exited for a task, and first for its running children: they ended with it. reason is empty if the
// record itself has the end.
func (d *dispatcher) emitExited(a *attempt, at time.Time, reason string) {
	if a.begun.Kind == "" {
		return
	}
	for _, child := range a.running {
		d.emit(event.Event{
			Time: at, Kind: event.Exited, Name: child.Name, Node: child.Node, PID: child.PID, File: child.File,
			Reason: "its task has ended",
		})
	}
	a.running = nil
	e := a.event(event.Exited)
	e.Time, e.Reason, e.Duration = at, reason, at.Sub(a.begun.Time).Seconds()
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

// The exit codes of brood in a task.
const (
	exitFailed  = 1
	exitRefused = 2
)
