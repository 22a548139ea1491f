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
	Signal string // the name of that signal, "SIGKILL"; "" for a status
	User   time.Duration
	System time.Duration

	// MaxRSS is the most memory that it had at once, or a process that it has waited for, in
	// bytes; 0 where that is not known. On Linux it is not known of a child that was killed, has
	// crashed or called os.Exit, unless that is more than this process ever had.
	MaxRSS int64

	// OutOfMemory: the kernel has killed it since its control group was at Limits.Memory.
	OutOfMemory bool
}

// Status is an error by which a target ends its process with a status of its
// choice, as Python's sys.exit(n): [ExitStatus] makes one. Like there, only the
// low eight bits arrive: 256 is 0, 257 is 1, -1 is 255.
type Status int

// ExitStatus is sys.exit(n) for a target: return ExitStatus(3).
func ExitStatus(n int) error { return Status(n) }

func (s Status) Error() string { return fmt.Sprintf("exit status %d", int(s)&0xff) }

// exitOf reads what the system said of the end. A nil state is a child that
// was reaped by somebody else (a wait for any child, SIGCHLD ignored): its status is lost.
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

// lostStatus is what Python reports for a child that somebody else reaped.
const lostStatus = 255

// exitStatus is the status that a target's error stands for.
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
