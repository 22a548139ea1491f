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

var errNoProc = errors.New("needs /proc, and this system has none")

// patience is the longest wait for something that takes no time, except on a busy machine.
const patience = time.Minute

// untilEnded waits until a process that is no child of this process is gone or a zombie, and writes that to the
// journal: package process does not see its end. It gives up after patience, and is false then.
func untilEnded(pid int) bool {
	for deadline := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		state, ppid, ok := kernelSays(pid)
		if !ok || state == "Z" || state == "X" {
			noteEvent(event.Event{Kind: event.Zombie, PID: pid, PPID: ppid})
			return true
		}
		if time.Now().After(deadline) {
			return false
		}
	}
}

// adopter waits until this process has another parent, and returns the parent's PID. The adoption is in the
// journal then, so the process may end at once.
func adopter() int {
	if parent := process.Parent(); parent != nil {
		for os.Getppid() == parent.PID {
			time.Sleep(time.Millisecond)
		}
		untilNoted(event.Adopted)
	}
	return os.Getppid()
}

// untilNoted waits until the journal has an event of this kind for this process.
func untilNoted(kind event.Kind) {
	// Each event is one line.
	want, pid := []byte(fmt.Sprintf(`"kind":%q`, kind)), []byte(fmt.Sprintf(`"pid":%d,`, os.Getpid()))
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		text, err := os.ReadFile(os.Getenv(journalVariable))
		if err != nil {
			return // started by hand, so without a journal
		}
		for line := range bytes.Lines(text) {
			if bytes.Contains(line, want) && bytes.Contains(line, pid) {
				return
			}
		}
	}
}

// interruptGroup sends SIGINT to a process group, as Ctrl-C does.
func interruptGroup(pgid int) error {
	noteEvent(event.Event{Kind: event.Signalled, PID: pgid, Sender: os.Getpid(), Signal: "SIGINT"})
	return syscall.Kill(-pgid, syscall.SIGINT)
}

// hearInterrupts lets SIGINT end the children. A shell starts a command with & so that it ignores SIGINT,
// and so would its children. For a signal that a parent handles, children start with the default action.
func hearInterrupts() { signal.Notify(make(chan os.Signal, 1), syscall.SIGINT) }
