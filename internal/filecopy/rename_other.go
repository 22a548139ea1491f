//go:build !linux

package filecopy

// renameNew renames the file from in the folder to the place's name, and replaces nothing.
func (p place) renameNew(from string) error { return p.linkNew(from) }
