package filecopy

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// What is made in one system call rather than filled: symlinks, FIFOs, devices
// and hard links. None of it is opened, so none can be locked.

// recreate makes the place what make makes under a temporary name, and renames
// that. What isThere knows as done is left, and with Never all that is there. A Sweep may
// remove the temporary, so recreate makes it again: one Sweep removes one of them at the most.
func (p place) recreate(from *os.Root, info fs.FileInfo, opts Options, isThere func(fs.FileInfo) bool, make func(temporary string) (losses, error)) (Result, error) {
	old, err := p.existing()
	if err != nil {
		return Result{}, err
	}
	if old != nil && (opts.Overwrite == Never || isThere(old)) {
		return p.alreadyThere(from, p.base, info, opts)
	}
	for range attempts {
		lost, err := p.try(temporaryName(p.base), opts, make)
		switch {
		case errors.Is(err, fs.ErrNotExist): // swept
		case errors.Is(err, fs.ErrExist) && opts.Overwrite == Never:
			return Result{Skipped: true}, nil
		default:
			return Result{Lost: lost}, err
		}
	}
	return Result{}, NewError("rename", syscall.ENOENT)
}

func (p place) try(temporary string, opts Options, make func(string) (losses, error)) (losses, error) {
	lost, err := make(temporary)
	if err == nil {
		err = p.rename(temporary, opts.Overwrite != Never)
	}
	if err != nil {
		p.dir.Remove(temporary)
	}
	return lost, err
}

// setUnopened gives a temporary the times of its source, in the folder from, then its permission
// bits, or with Archive all its attributes.
func (p place) setUnopened(from *os.Root, info fs.FileInfo, temporary string, opts Options) (losses, error) {
	if err := setLinkTimes(p.dir, temporary, info); err != nil {
		return nil, err
	}
	if info.Mode().Type() == fs.ModeSymlink && !opts.Archive {
		return nil, nil
	}
	return keepByName(from, p.base, info, p.dir, temporary, opts)
}
