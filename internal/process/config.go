package process

import (
	"io"
	"os"
)

// Config describes a new process. It runs a target of this program, or a Command. The zero value is a process
// without a target, which ends at once with exit code 0.
type Config struct {
	Target string            // a name that the child's Lookup knows; "" for none
	Name   string            // "" for Process-N, in a child Process-N:M
	Args   []string          // the target's positional arguments, any bytes but NUL
	Kwargs map[string]string // the target's named arguments; a name is not empty and has no '=' in it
	Daemon *bool             // nil: as the current process is

	// Command is a program to run in place of a target; nil for none.
	Command *Command

	// Stdout and Stderr take the child's output. nil is the parent's own, as in Python. A goroutine feeds
	// anything but an *os.File through a pipe, except a Stderr that is NonBlocking.
	Stdout, Stderr io.Writer

	Limits Limits

	// Events asks for a pipe from the child's Work.Events to the parent's Process.Events.
	Events bool

	// Receive asks for that pipe as well, and is called with each piece that comes through it, by one
	// goroutine at a time. A piece is valid until Receive returns. The first may come before Start has
	// returned. The last piece is empty: every process that had the pipe has closed it, or the child was
	// abandoned.
	//
	// On Linux one goroutine calls Receive for all children. While it is held up, the events of other children
	// wait, and their ends do not.
	Receive func(piece []byte)

	// Shared is a file that the child inherits as Work.Shared; nil for none. It stays the caller's.
	Shared *os.File

	// Files are further files, which the child inherits as Work.Files.
	Files []*os.File
}

// NonBlocking is a writer that keeps in memory what it gets: Write returns at once, and calls no method of this
// package. On Linux a child whose Stderr is NonBlocking, and whose Stdout is nil, costs no goroutine: one
// goroutine reads for all of them. Write is called by one goroutine at a time, and no more once a Join has
// returned nil.
type NonBlocking interface {
	io.Writer
	NonBlocking()
}
