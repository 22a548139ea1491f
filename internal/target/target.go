// Package target is what a child can be asked to do: a name on the command line
// finds a function, which binds its arguments from the rest of it.
package target

import "brood/internal/process"

// Lookup finds a target by its name.
func Lookup(name string) (process.Target, bool) {
	switch name {
	case "copy":
		return copyNames, true
	}
	return nil, false
}
