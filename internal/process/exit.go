package process

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// Exit is how a process ended and what it used.
type Exit struct {
	Code   int    // n: status n; -n: ended by signal n, as Python's exitcode
	Signal string // the name of that signal, such as "SIGKILL"; "" for a status
	User   time.Duration
	System time.Duration

	// MaxRSS is the peak of its memory, or of a child that it waited for, in bytes; 0 if unknown. On Linux it
	// is unknown for a child that was killed, crashed or called os.Exit, unless it exceeds the parent's own
	// peak.
	MaxRSS int64

	// OutOfMemory: its control group had reached Limits.Memory, and the kernel killed it.
	OutOfMemory bool

	// Stillborn: a signal killed it between fork and exec, so it has done nothing. A signal to the process group of
	// the parent, such as Ctrl-C, can do that on any system. Only Linux tells.
	Stillborn bool
}

// Status is an error with which a target ends its process with a status of its choice, as Python's sys.exit(n).
// [ExitStatus] makes one. As in Python only the low eight bits arrive: 256 is 0, 257 is 1, -1 is 255.
type Status int

// ExitStatus is sys.exit(n) for a target: return ExitStatus(3).
func ExitStatus(n int) error { return Status(n) }

func (s Status) Error() string { return fmt.Sprintf("exit status %d", int(s)&0xff) }

// exitOf converts the system's report of the end. It is nil if another part of the program reaped the child (a
// wait for any child, SIGCHLD ignored); the status is lost then.
func exitOf(state *os.ProcessState) Exit {
	if state == nil {
		return Exit{Code: lostStatus}
	}
	e := Exit{Code: state.ExitCode(), User: state.UserTime(), System: state.SystemTime(), MaxRSS: maxRSS(state)}
	if sig, ok := endedBy(state); ok {
		e.Code, e.Signal = -int(sig), signalName(sig)
	}
	return e
}

// lostStatus is the exit code of a child that another part of the program reaped, as in Python.
const lostStatus = 255

// exitStatus returns the exit status for a target's error.
func exitStatus(err error) int {
	var s Status
	switch {
	case err == nil:
		return 0
	case errors.As(err, &s):
		return int(s) & 0xff
	default:
		return 1
	}
}

func nameOf(sig os.Signal) string {
	if s, ok := sig.(syscall.Signal); ok {
		return signalName(s)
	}
	return sig.String()
}
