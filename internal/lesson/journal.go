package lesson

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"brood/internal/event"
)

// journal is the file that the processes of one scene write their history to.
type journal struct{ file *os.File }

func openJournal() (*journal, error) {
	file, err := os.CreateTemp("", "brood-lesson-*.jsonl")
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	// Opened again for appending: os.CreateTemp's own descriptor would write over what others have.
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

// endAll kills every process of the scene, until none is left that could start another.
func (j *journal) endAll() {
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		events, _ := j.events()
		left := 0
		for _, e := range events {
			if e.Kind == event.Started && j.owns(e.PID) {
				left++
				if p, err := os.FindProcess(e.PID); err == nil {
					_ = p.Kill()
					_ = p.Release()
				}
			}
		}
		if left == 0 {
			return
		}
	}
}

// owns tells whether the process is alive and inherited the scene's environment: a
// PID from the journal may be a stranger's by now. One that is about to end has no
// environment any more, and is waited for.
func (j *journal) owns(pid int) bool {
	environ, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
	if errors.Is(err, os.ErrNotExist) {
		return false
	}
	if len(environ) == 0 {
		state, _, ok := kernelSays(pid)
		return ok && state != "Z" && state != "X"
	}
	return bytes.Contains(environ, []byte(journalVariable+"="+j.file.Name()+"\x00"))
}
