package filecopy

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// Symlink recreates the symlink src/name at dst/name, with the same target
// bytes and the link's own times in nanoseconds, and makes the parent folders
// that dst lacks. A link that has the target already is left (Skipped).
// Anything else but a directory is replaced, by a rename as in File, unless
// opts.Overwrite is Never. A directory at dst/name is the error EISDIR.
func Symlink(src, dst *os.Root, name string, opts Options) (Result, error) {
	info, err := src.Lstat(name)
	if err != nil {
		return Result{}, NewError("stat", err)
	}
	target, err := src.Readlink(name)
	if err != nil {
		return Result{}, NewError("read link", err)
	}
	at, err := openPlace(src, dst, name)
	if err != nil {
		return Result{}, err
	}
	defer at.close()
	old, err := at.existing()
	if err != nil {
		return Result{}, err
	}
	if old != nil && (opts.Overwrite == Never || at.linksTo(target)) {
		return Result{Skipped: true}, nil
	}
	err = at.link(target, info, opts.Overwrite != Never)
	if opts.Overwrite == Never && errors.Is(err, fs.ErrExist) {
		return Result{Skipped: true}, nil
	}
	return Result{}, err
}

func (p place) linksTo(target string) bool {
	got, err := p.dir.Readlink(p.base)
	return err == nil && got == target
}

// link makes the place a symlink, under a temporary name first.
func (p place) link(target string, src fs.FileInfo, replace bool) error {
	for range attempts {
		err := p.tryLink(temporaryName(p.base), target, src, replace)
		// With the source's times it looks old enough to be swept.
		if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return NewError("symlink", syscall.ENOENT)
}

func (p place) tryLink(temporary, target string, src fs.FileInfo, replace bool) error {
	if err := p.writing(func() error { return p.dir.Symlink(target, temporary) }); err != nil {
		return NewError("symlink", err)
	}
	err := setLinkTimes(p.dir, temporary, src)
	if err == nil {
		err = p.rename(temporary, replace)
	}
	if err != nil {
		p.dir.Remove(temporary)
	}
	return err
}
