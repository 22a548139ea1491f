package filecopy

import (
	"errors"
	"io/fs"
	"os"
)

// Mark makes an empty folder in dst. Another machine that finds it knows that both have the
// same dst. IsTemporary should hold for the name.
func Mark(dst *os.Root, name string) error {
	err := (place{dir: dst}).writing(func() error { return dst.Mkdir(name, 0o700) })
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return NewError("make folder", err)
	}
	return nil
}

// Unmark removes the mark, if it exists. dst keeps the mode and times that it had before.
func Unmark(dst *os.Root, name string) error {
	before, err := stat(dst, ".")
	if err != nil {
		return NewError("stat folder", err)
	}
	err = (place{dir: dst}).writing(func() error { return dst.Remove(name) })
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return NewError("remove", err)
	}
	if now, err := stat(dst, "."); err == nil && now.Mode() != before.Mode() {
		if err := dst.Chmod(".", before.Mode()); err != nil {
			return NewError("set mode", err)
		}
	}
	if err := dst.Chtimes(".", accessTime(before), before.ModTime()); err != nil {
		return NewError("set times", err)
	}
	return nil
}
