//go:build !linux

package filecopy

import "os"

// renameNew renames within dir and replaces nothing.
func renameNew(dir *os.Root, from, to string) error { return linkNew(dir, from, to) }
