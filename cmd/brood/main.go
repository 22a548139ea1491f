// Brood copies folders with one child process per file. Its lessons explain processes.
package main

import (
	"fmt"
	"os"
	"runtime"

	_ "brood/internal/child" // runs most children before the other packages are initialised
	"brood/internal/cli"
	"brood/internal/lesson"
	"brood/internal/process"
	"brood/internal/target"
	"brood/internal/trace"
)

// In a parent, init checks that the process can get enough threads, while it still has few. Then it reserves the main
// thread for waiting.
//
// Linux gives a signal to the main thread first (complete_signal in kernel/signal.c). If that thread hangs in a system
// call on a file system that does not answer, the signal stays with it, and Ctrl-C has no effect.
//
// A traced program begins on the main thread too, which runs every init function.
func init() {
	if trace.IsSetup(os.Args) {
		os.Exit(trace.Setup(os.Args))
	}
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
	// A child comes first: it needs nothing of the command line.
	if status, ok := process.Main(os.Args, lookup, target.Late...); ok {
		os.Exit(status)
	}
	status := make(chan int)
	go func() { status <- cli.Main(os.Args, cli.Streams{Out: os.Stdout, Err: os.Stderr}) }()
	os.Exit(<-status)
}

// lookup finds the target of a child, for brood copy or for a lesson.
func lookup(name string) (process.Target, bool) {
	if t, ok := target.Lookup(name); ok {
		return t, true
	}
	return lesson.Lookup(name)
}
