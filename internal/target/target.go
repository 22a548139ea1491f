// Package target is what a child can be asked to do. The target's name on the command line finds a function; the
// rest of the command line is its arguments.
//
//	brood child copy   --source=DIR --dest=DIR [options] -- NAME...
//	brood child link   --source=DIR --dest=DIR [options] -- FIRST NAME [FIRST NAME]...
//	brood child verify --source=DIR --dest=DIR [options] -- NAME...
//	brood child make   --source=DIR --dest=DIR [options]
//	brood child mark   --source=DIR --dest=DIR [options] -- NAME
//	brood child unmark --source=DIR --dest=DIR [options] -- NAME
//
// "brood child run" is no target: it is the setup of a command, in package process.
//
// For copy, link and verify a NAME is a file, symlink, folder … below source. The child writes one event for each
// name with its outcome. After a failure it goes on with the next name, and ends with exit code 1. make writes
// one event for the destination itself, ".". mark and unmark write no event.
//
// A child with several names may hold an event for up to 10 ms, so that many go in one write. It holds none while it
// copies a file above 1 MiB, syncs, reads a copy back or waits for the rate. When it is killed, terminated before it
// listens, or crashes, the outcomes that it holds are lost, and those names count as not done. Another child is given
// them. It finds the copies and skips them, so each name has one outcome; with --overwrite=always it copies them once
// more. A run that is ending starts no child. There they have failed, like the names that the child did not begin.
//
// The gauge shows which name the child was working on. That one alone fails because of the child's end. A child
// without a gauge holds no event.
package target

import (
	"brood/internal/filecopy"
	"brood/internal/process"
)

// Late names the targets that listen for SIGTERM only once they have something to clean up. It is for
// process.Main.
var Late = []string{"copy", "link", "verify"}

// Lookup finds a target by its name.
func Lookup(name string) (process.Target, bool) {
	switch name {
	case "copy":
		return call{args: 1, do: (*child).copy}.run, true
	case "link":
		return call{args: 2, links: true, do: (*child).link}.run, true
	case "verify":
		return call{args: 1, reads: true, do: (*child).verify}.run, true
	case "make":
		return makeDest, true
	case "mark":
		return mark(filecopy.Mark), true
	case "unmark":
		return mark(filecopy.Unmark), true
	}
	return nil, false
}
