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

// attempt is one task at one batch: its record, as far as it was read.
//
//	begun ─▶ what it and its children tell ─▶ finished
//	   │                 │                       └─ with an error: it could not begin on its node; with a
//	   │                 │                          signal or reason: it was ended early; else the batch is done
//	   │                 └─ failures are kept for when the batch is over: another attempt may do better
//	   └─▶ a task has started
type attempt struct {
	file       string // of the record, below the job folder
	batch      int
	generation int
	restarts   int
	task       string // Slurm's ID: 81_3

	offset int64
	pieces event.Pieces
	more   bool      // than was read in the last look
	grown  time.Time // by our clock, when it was last longer than before

	begun    event.Event         // zero as long as it has not
	running  map[int]event.Event // the starts of its children that run, by PID
	failed   int
	finished *event.Event
	lost     bool // it is known to run no more, though it did not say so
}

// parseAttempt reads the name of a record: 12.1.0.81_3.1a2b3c4d.jsonl.
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

// attemptName is such a name, which nobody has: after a crash of its controller Slurm starts a task again under the same ID.
func attemptName(batch, generation, restarts int, task string) string {
	return fmt.Sprintf("%d.%d.%d.%s.%s.jsonl", batch, generation, restarts, task, random())
}

// before tells whether another attempt of the same batch began to count later.
func (a *attempt) before(b *attempt) bool {
	if a.generation != b.generation {
		return a.generation < b.generation
	}
	return a.restarts < b.restarts
}

// readMost is how much of one record is read in one look, in bytes.
const readMost = 4 << 20

// read reads what is new, so many bytes of it at the most, and has take called for each event. It opens the file each
// time: so a network file system asks its server (close-to-open, nfs(5)).
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
				if err == nil { // a line that a node has left half written is missed like one it has not written
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

func (a *attempt) name() string { return taskName(a.batch) }

// taskName is what a task is called: as its batch, counted from 1.
func taskName(batch int) string { return fmt.Sprintf("task-%d", batch+1) }

// over tells whether it runs no more, as far as is known.
func (a *attempt) over() bool { return a.finished != nil || a.lost }

// done tells whether it has settled each name of its batch.
func (a *attempt) done() bool {
	return a.finished != nil && a.finished.Error == "" && a.finished.Signal == "" && a.finished.Reason == ""
}

// refused is why it could not begin on its node; "" when it could.
func (a *attempt) refused() string {
	if a.finished == nil {
		return ""
	}
	return a.finished.Error
}
