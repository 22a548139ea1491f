package slurm

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"brood/internal/event"
)

// attempt is one task's try at a batch: its record, as far as it was read.
//
//	begun ─▶ events of the task and its children ─▶ finished
//	   │                 │                             └─ with an error: it could not begin on its node
//	   │                 │                                with a signal or reason: it was ended early
//	   │                 │                                else: the batch is done
//	   │                 └─ failures wait until the batch is over: another attempt may succeed
//	   └─▶ Started, for the task
type attempt struct {
	file       string // path of the record
	batch      int
	generation int
	restarts   int
	task       string // Slurm's ID: 81_3

	offset int64 // bytes that were read
	pieces event.Pieces
	more   bool      // the last look left something unread
	grown  time.Time // of the last read that found something, by our clock

	begun    event.Event         // zero before it has begun
	running  map[int]event.Event // Started of its running children, by PID
	failed   int                 // failures that another attempt may undo
	ending   bool                // it was being ended when it wrote what was read last
	finished *event.Event
	lost     bool // it has ended, but its record has no end
}

// parseAttempt parses the name of a record: 12.1.0.81_3.1a2b3c4d.jsonl.
func parseAttempt(name string) (a *attempt, ok bool) {
	f := strings.Split(name, ".")
	if len(f) != 6 || f[5] != "jsonl" {
		return nil, false
	}
	a = &attempt{task: f[3]}
	for i, to := range []*int{&a.batch, &a.generation, &a.restarts} {
		n, err := strconv.Atoi(f[i])
		if err != nil || n < 0 {
			return nil, false
		}
		*to = n
	}
	return a, true
}

// attemptName returns a new name for a record. Its random part is needed: after a crash of its controller Slurm starts
// a task again with the same ID.
func attemptName(batch, generation, restarts int, task string) string {
	return fmt.Sprintf("%d.%d.%d.%s.%s.jsonl", batch, generation, restarts, task, random())
}

// before tells whether b is a later attempt than a.
func (a *attempt) before(b *attempt) bool {
	if a.generation != b.generation {
		return a.generation < b.generation
	}
	return a.restarts < b.restarts
}

// readMost is how much of a record one look reads, in bytes.
const readMost = 4 << 20

// read reads at most that many new bytes, and calls take for each event. It opens the file each time: only then does
// a network file system ask its server for news (close-to-open, nfs(5)).
func (a *attempt) read(most int64, take func(event.Event)) error {
	file, err := os.Open(a.file)
	if err != nil {
		return err
	}
	defer file.Close()
	if _, err := file.Seek(a.offset, io.SeekStart); err != nil {
		return err
	}
	a.more = true
	buffer := make([]byte, 64<<10)
	for most > 0 {
		n, err := file.Read(buffer[:min(most, int64(len(buffer)))])
		if n > 0 {
			a.grown = time.Now()
			a.offset += int64(n)
			most -= int64(n)
			a.pieces.Read(buffer[:n], func(e event.Event, err error) {
				if err == nil { // skips the half line that a dead node may leave
					a.ending = a.ending || e.Kind == event.Stopping
					take(e)
				}
			})
		}
		if err == io.EOF {
			a.more = false
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// event returns an event about the task itself.
func (a *attempt) event(kind event.Kind) event.Event {
	b := a.begun
	return event.Event{Kind: kind, Name: taskName(a.batch), Node: b.Node, Task: a.task, PID: b.PID, File: b.File}
}

// taskName returns the name of the task with that batch. It counts from 1.
func taskName(batch int) string { return fmt.Sprintf("task-%d", batch+1) }

// over tells whether the attempt is known to have ended.
func (a *attempt) over() bool { return a.finished != nil || a.lost }

// done tells whether the attempt went through its whole batch.
func (a *attempt) done() bool {
	return a.finished != nil && a.finished.Error == "" && a.finished.Signal == "" && a.finished.Reason == ""
}

// ends tells whether an event that was just read is the final outcome of its item, which no later attempt changes. A
// command that has failed is not run again, unless it was ended together with its task, or perhaps was: Slurm sends
// these two signals to all processes of a task.
func (a *attempt) ends(e event.Event) bool {
	if e.Kind == event.Failed && e.Seq > 0 && !strings.HasPrefix(e.Error, event.EndedByLimit) {
		return !a.ending && e.Signal != "SIGTERM" && e.Signal != "SIGKILL"
	}
	return e.Settles()
}

// key identifies the item of an event within its batch. Several commands may have the same item.
func key(e event.Event) string {
	if e.Seq > 0 {
		return strconv.Itoa(e.Seq)
	}
	return e.File
}

// refused returns why the attempt could not begin on its node, or "".
func (a *attempt) refused() string {
	if a.finished == nil {
		return ""
	}
	return a.finished.Error
}
