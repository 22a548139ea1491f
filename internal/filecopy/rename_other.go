//go:build !linux

package filecopy

// renameNew gives what is named from in the folder the place's name, and replaces nothing.
func (p place) renameNew(from string) error { return p.linkNew(from) }
