package filecopy

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

var (
	// ErrCannotLink means that the destination has no hard links, or allows no more of
	// this file. Link's error wraps it. Copy the file by itself then.
	ErrCannotLink = errors.New("no hard link is possible here")

	// ErrNoFirst means that dst/first is missing, or is not the copy of src/first. Link's
	// error wraps it. Copy the file by itself then.
	ErrNoFirst = errors.New("the copy to link to is not there")

	errNotLinked = errors.New("the two names are no longer hard links of one file")
)

// Link makes dst/name a hard link to dst/first, which must be the finished copy of src/first.
// It makes the parent folders that dst lacks. src/first and src/name must be hard links of one
// file. An existing hard link to dst/first stays (Skipped). Link treats any other existing
// file like Symlink.
//
// With ErrCannotLink the result has LostHardLink. With Strict the error is ErrLost instead.
func (c *Copier) Link(first, name string, opts Options) (Result, error) {
	return c.reopening(func() (Result, error) {
		info, err := c.linked(first, name)
		if err != nil {
			return Result{}, err
		}
		src, dst := c.src.root, c.dst.root
		to, err := Lstat(dst, first)
		if errors.Is(err, fs.ErrNotExist) || err == nil && !copied(src, dst, first, info, to) {
			return Result{}, NewError("link", ErrNoFirst)
		}
		if err != nil {
			return Result{}, NewError("stat", err)
		}
		at, from, err := c.place(name, opts)
		if err != nil {
			return Result{}, err
		}
		made := ""
		isThere := func(old fs.FileInfo) bool { return os.SameFile(to, old) }
		res, err := at.recreate(from, info, opts, isThere, func(temporary string) (losses, error) {
			made = temporary
			return nil, at.linkTo(dst, first, filepath.Join(filepath.Dir(name), temporary))
		})
		if made != "" {
			at.dir.Remove(made) // rename(2) does nothing if another process has just made the same link
		}
		if errors.Is(err, ErrCannotLink) {
			lost, strict := losses{LostHardLink}.judged(opts)
			if strict != nil {
				return Result{}, strict
			}
			return Result{Lost: lost}, err
		}
		return res, err
	})
}

// linked returns the info of the source's file, if it still has both names.
func (c *Copier) linked(first, name string) (fs.FileInfo, error) {
	info, err := c.Lstat(name)
	if err != nil {
		return nil, NewError("stat", err)
	}
	other, err := Lstat(c.src.root, first)
	if err != nil {
		return nil, NewError("stat", err)
	}
	if !os.SameFile(info, other) {
		return nil, NewError("link", errNotLinked)
	}
	return info, nil
}

// copied reports whether dst/name is a copy of src/name. It may also be an older file that
// Overwrite did not replace.
func copied(src, dst *os.Root, name string, from, to fs.FileInfo) bool {
	switch from.Mode().Type() {
	case 0:
		return Same(from, to)
	case fs.ModeSymlink:
		want, err := src.Readlink(name)
		return err == nil && place{dir: dst, base: name}.linksTo(want)
	}
	return sameNode(from, to)
}

// linkTo makes dst/name a hard link to dst/first.
func (p place) linkTo(dst *os.Root, first, name string) error {
	err := p.writing(func() error { return dst.Link(first, name) })
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return NewError("link", ErrNoFirst)
	case errors.Is(err, syscall.EMLINK), errors.Is(err, syscall.EXDEV), cannotMake(err):
		return NewError("link", ErrCannotLink)
	}
	return NewError("link", err)
}
