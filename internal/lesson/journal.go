package lesson

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"brood/internal/event"
)

// journal is a file. All processes of a scene append their events to it.
type journal struct{ file *os.File }

func openJournal() (*journal, error) {
	file, err := os.CreateTemp("", "brood-lesson-*.jsonl")
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	// os.CreateTemp does not open for appending, so its descriptor would overwrite the other processes' lines.
	path := file.Name()
	file.Close()
	file, err = os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	return &journal{file}, nil
}

func (j *journal) remove() {
	j.file.Close()
	os.Remove(j.file.Name())
}

func (j *journal) events() (events []event.Event, err error) {
	file, err := os.Open(j.file.Name())
	if err != nil {
		return nil, err
	}
	defer file.Close()
	reader := event.NewReader(file)
	for {
		e, err := reader.Next()
		if err == io.EOF {
			return events, nil
		}
		if err != nil {
			return nil, fmt.Errorf("journal: %w", err)
		}
		events = append(events, e)
	}
}

// endAll kills every process of the scene, until none is left that could start another. It finds
// descendants, Pythons and guardians too, since all inherit the journal's name. Without /proc it
// finds no process.
func (j *journal) endAll() {
	killed := map[int]bool{}
	for deadline := time.Now().Add(10 * time.Second); !j.killAll(killed) && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
}

// killAll is one round of endAll, and reports whether no further round is needed. A process that was
// killed in an earlier round and is still in state D may never end, but starts no other process.
func (j *journal) killAll(killed map[int]bool) (done bool) {
	done = true
	for _, pid := range j.owned() {
		state, _, _ := kernelSays(pid)
		done = done && killed[pid] && state == "D"
		if p, err := os.FindProcess(pid); err == nil {
			_ = p.Kill()
			_ = p.Release()
		}
		killed[pid] = true
	}
	return done
}

// owned returns the PIDs of the scene's living processes.
func (j *journal) owned() (pids []int) {
	entries, _ := os.ReadDir("/proc")
	for _, entry := range entries {
		if pid, err := strconv.Atoi(entry.Name()); err == nil && pid != os.Getpid() && j.owns(pid) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// owns reports whether the process is alive and has inherited the scene's environment.
func (j *journal) owns(pid int) bool {
	environ, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
	return err == nil && bytes.Contains(environ, []byte(journalVariable+"="+j.file.Name()+"\x00"))
}
