//go:build unix

package lesson

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"brood/internal/event"
	"brood/internal/process"
)

var errNoProc = errors.New("this program looks into /proc, and there is none here")

// patience is how long a program waits for what the kernel does at once: a machine may be busy.
const patience = time.Minute

// untilEnded waits until the process is gone, or a zombie, and tells whether it is.
func untilEnded(pid int) bool {
	for deadline := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		state, _, ok := kernelSays(pid)
		if !ok || state == "Z" || state == "X" {
			return true
		}
		if time.Now().After(deadline) {
			return false
		}
	}
}

// adopter waits until this process has another parent, and returns that one's PID.
// The journal has it then, too: the process may end directly afterwards.
func adopter() int {
	if parent := process.Parent(); parent != nil {
		for os.Getppid() == parent.PID {
			time.Sleep(time.Millisecond)
		}
		untilNoted(event.Adopted)
	}
	return os.Getppid()
}

// untilNoted waits until the journal has such an event of this process.
func untilNoted(kind event.Kind) {
	// Of all processes the last writer is this one, and each event is a line.
	want, pid := []byte(fmt.Sprintf(`"kind":%q`, kind)), []byte(fmt.Sprintf(`"pid":%d,`, os.Getpid()))
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		text, err := os.ReadFile(os.Getenv(journalVariable))
		if err != nil {
			return // started by hand: there is no journal
		}
		for line := range bytes.Lines(text) {
			if bytes.Contains(line, want) && bytes.Contains(line, pid) {
				return
			}
		}
	}
}

// interruptGroup does what Ctrl-C does: it sends SIGINT to a whole process group.
func interruptGroup(pgid int) error {
	noteEvent(event.Event{Kind: event.Signalled, PID: pgid, PPID: os.Getpid(), Signal: "SIGINT"})
	return syscall.Kill(-pgid, syscall.SIGINT)
}

// hearInterrupts has SIGINT mean something to the children, also in a job that a
// shell started with &, which ignores it: what a parent handles is its child's default.
func hearInterrupts() { signal.Notify(make(chan os.Signal, 1), syscall.SIGINT) }
