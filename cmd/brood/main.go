// Brood copies folders with one child process per file, and shows what
// processes are by the way.
package main

import (
	"fmt"
	"os"
	"runtime"

	"brood/internal/cli"
	"brood/internal/lesson"
	"brood/internal/process"
	"brood/internal/target"
)

// The main thread of a parent does nothing but wait. A signal goes to it first (Linux,
// complete_signal in kernel/signal.c), and stays with it while it sits in a system call that
// only SIGKILL ends: on a file system that does not answer, Ctrl-C would never be heard.
//
// Before that, while there are few threads, it makes sure that there can be more.
func init() {
	if process.IsChild(os.Args) {
		return
	}
	if err := process.Enough(); err != nil {
		fmt.Fprintln(os.Stderr, "brood:", err)
		os.Exit(2)
	}
	runtime.LockOSThread()
}

func main() {
	// The child's door comes first: a child needs nothing of the command line.
	if status, ok := process.Main(os.Args, lookup, target.Late...); ok {
		os.Exit(status)
	}
	status := make(chan int)
	go func() { status <- cli.Main(os.Args, cli.Streams{Out: os.Stdout, Err: os.Stderr}) }()
	os.Exit(<-status)
}

// lookup finds what a child is to do, for brood copy or for a lesson.
func lookup(name string) (process.Target, bool) {
	if t, ok := target.Lookup(name); ok {
		return t, true
	}
	return lesson.Lookup(name)
}
