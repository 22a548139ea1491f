//go:build unix

package lesson

import (
	"errors"
	"fmt"
	"syscall"
	"time"

	"brood/internal/event"
	"brood/internal/process"
)

func stopped(*process.Work) error {
	child := process.New(process.Config{Target: "idle", Name: "stopped", Daemon: new(true)})
	err := errors.Join(child.Start(), child.Signal(syscall.SIGSTOP))
	waitForStop(child)
	if err = errors.Join(err, child.Terminate()); err != nil {
		return err
	}
	if ended, _ := child.JoinTimeout(seconds(0.5)); !ended {
		fmt.Println(tr("收到 SIGTERM 后的状态："), stateOf(child))
	}
	err = errors.Join(child.Signal(syscall.SIGCONT), child.Join(), printCode("SIGCONT:", child))

	other := process.New(process.Config{Target: "idle", Name: "stopped-too", Daemon: new(true)})
	err = errors.Join(err, other.Start(), other.Signal(syscall.SIGSTOP))
	waitForStop(other)
	return errors.Join(err, other.Kill(), other.Join(), printCode("SIGKILL:", other))
}

// waitForStop waits until the child is stopped, and writes that to the journal. Before that, a SIGTERM would take
// effect before the SIGSTOP.
func waitForStop(child *process.Process) {
	for {
		switch stateOf(child) {
		case "T":
			pid, _ := child.PID()
			noteEvent(event.Event{Kind: event.Stopped, Name: child.Name(), PID: pid, Signal: "SIGSTOP"})
			return
		case "Z":
			return
		case "?":
			time.Sleep(100 * time.Millisecond)
			return
		}
		time.Sleep(time.Millisecond)
	}
}
