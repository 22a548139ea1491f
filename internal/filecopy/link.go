package filecopy

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

var (
	// ErrCannotLink is found in Link's error where the destination has no
	// hard links, or no more of this file. Copy the file by itself.
	ErrCannotLink = errors.New("no hard link is possible here")

	// ErrNoFirst is found in Link's error where dst/first is missing, or is
	// not the copy of src/first. Copy the file by itself.
	ErrNoFirst = errors.New("the copy to link to is not there")

	errNotLinked = errors.New("no hard link any more")
)

// Link makes dst/name a hard link to dst/first, which is the finished copy of
// src/first, and makes the parent folders that dst lacks. src/first and src/name
// are hard links of one file. What is there is left or replaced as with
// Symlink: a hard link to dst/first is left (Skipped).
//
// With ErrCannotLink, the result has LostHardLink; with Strict it is another
// error.
func (c *Copier) Link(first, name string, opts Options) (Result, error) {
	return c.again(func() (Result, error) {
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
			at.dir.Remove(made) // a rename does nothing where the same link has appeared meanwhile
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

// linked is the info of the source's file, if it still has both names.
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

// copied tells whether dst/name is a copy of src/name: it may be what was there
// before, and was not to be replaced.
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

// linkTo makes a hard link, under a name in the root.
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
