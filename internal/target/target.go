// Package target is what a child can be asked to do: a name on the command line
// finds a function, which binds its arguments from the rest of it.
//
//	brood child copy   --source=DIR --dest=DIR [options] -- NAME...
//	brood child link   --source=DIR --dest=DIR [options] -- FIRST NAME [FIRST NAME]...
//	brood child verify --source=DIR --dest=DIR [options] -- NAME...
//	brood child make   --source=DIR --dest=DIR [options]
//	brood child mark   --source=DIR --dest=DIR [options] -- NAME
//	brood child unmark --source=DIR --dest=DIR [options] -- NAME
//
// A name is that of a file, a symlink, a folder … below source. Each one is settled
// by one event; one that fails is an exit code of 1, too, and those after it are
// done all the same. make settles the destination itself, ".". The name of a mark is none
// of these, and tells nothing.
package target

import (
	"brood/internal/filecopy"
	"brood/internal/process"
)

// Late are the targets that listen for SIGTERM only once they have something to clean up.
var Late = []string{"copy", "link", "verify"}

// Lookup finds a target by its name.
func Lookup(name string) (process.Target, bool) {
	switch name {
	case "copy":
		return task{args: 1, do: (*worker).copy}.run, true
	case "link":
		return task{args: 2, links: true, do: (*worker).link}.run, true
	case "verify":
		return task{args: 1, reads: true, do: (*worker).verify}.run, true
	case "make":
		return makeDest, true
	case "mark":
		return mark(filecopy.Mark), true
	case "unmark":
		return mark(filecopy.Unmark), true
	}
	return nil, false
}
