// Brood copies folders with one child process per file, and shows what
// processes are by the way.
package main

import (
	"os"

	"brood/internal/cli"
	"brood/internal/process"
	"brood/internal/target"
)

func main() {
	// The child's door comes first: a child needs nothing of the command line.
	if status, ok := process.Main(os.Args, target.Lookup); ok {
		os.Exit(status)
	}
	os.Exit(cli.Main(os.Args, cli.Streams{Out: os.Stdout, Err: os.Stderr}))
}
