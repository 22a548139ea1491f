// Brood copies folders with one child process per file, and shows what
// processes are by the way.
package main

import (
	"os"

	"brood/internal/cli"
	"brood/internal/lesson"
	"brood/internal/process"
	"brood/internal/target"
)

func main() {
	// The child's door comes first: a child needs nothing of the command line.
	if status, ok := process.Main(os.Args, lookup); ok {
		os.Exit(status)
	}
	os.Exit(cli.Main(os.Args, cli.Streams{Out: os.Stdout, Err: os.Stderr}))
}

// lookup finds what a child is to do, for brood copy or for a lesson.
func lookup(name string) (process.Target, bool) {
	if t, ok := target.Lookup(name); ok {
		return t, true
	}
	return lesson.Lookup(name)
}
