// Package trace runs a program and tells as events what its processes do: who started, signalled, adopted and reaped
// whom.
//
//	brood trace ── starts ──▶ setup, which stops ── seized ──▶ continues, takes a filter, executes the program
//	     ▲                                                                       │ fork
//	     └── wait4: each stop of each thread ◀───────────────────────────────────┴──▶ its processes …
//
// The processes are observed with ptrace(2), which needs no privilege. The kernel stops a thread at a fork, an exec, a
// signal and its end, and the tracer lets it go on. It also stops a thread at the few system calls of the filter:
// wait4 and waitid, because a zombie is reaped in them, and kill, setsid, setpgid and prctl. The filter is a
// seccomp filter, so other system calls cost nothing.
//
// One goroutine on its own thread is the tracer: the kernel takes requests from that thread alone. It ends when no
// process of the program is left.
package trace

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"brood/internal/event"
)

// Options is what to run and how.
type Options struct {
	Command        []string // the program and its arguments
	Stdout, Stderr *os.File // nil for those of this process

	// Emit gets each event, from one goroutine. While it waits, the process that the event is about is held, and its
	// parent too when Hold is set.
	Emit event.Sink
	Hold bool

	Pipes bool // tell which ends of pipes the processes hold

	// Detach lets the processes go on, untraced, when this process ends. Otherwise the kernel kills them then.
	// A filter cannot outlive its tracer, so the processes stop at each system call, which is slow.
	Detach bool
}

// Exit is how the program ended.
type Exit struct {
	Code int // -N when signal N ended it
}

// ErrUnsupported is the error on systems other than Linux.
var ErrUnsupported = errors.New("tracing needs Linux")

// StartError tells why the program could not be traced from its start. Nothing is left of it.
type StartError struct {
	Program string
	Err     error
}

func (e *StartError) Error() string { return fmt.Sprintf("cannot trace %q: %v", e.Program, e.Err) }

// Unwrap returns the cause.
func (e *StartError) Unwrap() error { return e.Err }

// nameOf returns the name of a process by its command line.
func nameOf(command []string) string {
	if len(command) == 0 || command[0] == "" {
		return "?"
	}
	return filepath.Base(command[0])
}
