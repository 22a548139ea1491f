package filecopy

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// Symlinks, FIFOs, devices and hard links are made by one system call, and never opened. So no
// process can lock them.

// recreate calls make with a temporary name, and renames the new file to the place. If isThere
// returns true for an existing file, or with Never, the existing file stays. A Sweep may remove
// the temporary, and recreate then makes another: one Sweep removes at most one of them.
func (p place) recreate(
	from *os.Root, info fs.FileInfo, opts Options,
	isThere func(old fs.FileInfo) bool, make func(temporary string) (losses, error),
) (Result, error) {
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

// try makes the temporary and renames it. After an error it removes the temporary.
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

// setUnopened gives a temporary the times of its source in the folder from. Then it gives it
// the permission bits, or with Archive all attributes.
func (p place) setUnopened(from *os.Root, info fs.FileInfo, temporary string, opts Options) (losses, error) {
	if err := setLinkTimes(p.dir, temporary, info); err != nil {
		return nil, err
	}
	if info.Mode().Type() == fs.ModeSymlink && !opts.Archive {
		return nil, nil
	}
	return keepByName(from, p.base, info, p.dir, temporary, opts)
}
