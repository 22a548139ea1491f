// Package child runs this process as a child at the first moment, if it is one with a single name, or the setup of a
// command. A child that copies one small file spends most of its time on its own start, so it does not wait for what
// only others need.
//
// Go initialises the packages of a program one after another: always the first one, by import path, whose own imports
// are initialised (The Go Programming Language Specification, "Program initialization"). "brood/internal/child" comes
// before nearly all paths. So this package is initialised as soon as its imports are, and the child ends before the
// turn of what they do not need: the command line, the log, the lessons, the views. No package that a target needs may
// import runtime/debug, which waits for the initialisation of regexp and so lets hclog pass.
//
// Main runs all other children. They last longer, or are rare.
package child

import (
	"os"

	_ "brood/internal/child/stack"
	"brood/internal/process"
	"brood/internal/target"
)

func init() {
	if !process.IsChild(os.Args) || !single(os.Args) && !process.IsSetup(os.Args) {
		return
	}
	if status, ok := process.Main(os.Args, target.Lookup, target.Late...); ok {
		os.Exit(status)
	}
}

// single tells whether the child has one name. While packages are initialised, the runtime keeps this goroutine on the
// main thread. Each change to another goroutine and back then costs changes of threads, which a child with a large
// batch must not pay for each name.
func single(argv []string) bool {
	if len(argv) < 5 || argv[len(argv)-2] != "--" {
		return false
	}
	_, known := target.Lookup(argv[2])
	return known
}
