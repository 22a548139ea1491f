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
// For copy, link and verify a NAME is a file, symlink, folder … below source. The child writes one event for each
// name with its outcome. After a failure it goes on with the next name, and ends with exit code 1. make writes
// one event for the destination itself, ".". mark and unmark write no event.
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
