package filecopy

import (
	"io/fs"
)

// Symlink recreates the symlink src/name at dst/name. It keeps the bytes of the target and the
// link's own times in nanoseconds, and with Archive its owner and extended attributes. It
// makes the parent folders that dst lacks.
//
// An existing link with the same target stays (Skipped). If dst/name is a directory, the error
// is EISDIR. Symlink replaces any other existing file by a rename, as File does, unless
// opts.Overwrite is Never.
func (c *Copier) Symlink(name string, opts Options) (Result, error) {
	return c.reopening(func() (Result, error) {
		info, err := c.Lstat(name)
		if err != nil {
			return Result{}, NewError("stat", err)
		}
		at, from, err := c.place(name, opts)
		if err != nil {
			return Result{}, err
		}
		target, err := from.Readlink(at.base)
		if err != nil {
			return Result{}, NewError("read link", err)
		}
		isThere := func(fs.FileInfo) bool { return at.linksTo(target) }
		return at.recreate(from, info, opts, isThere, func(temporary string) (losses, error) {
			if err := at.writing(func() error { return at.dir.Symlink(target, temporary) }); err != nil {
				return nil, NewError("symlink", err)
			}
			return at.setUnopened(from, info, temporary, opts)
		})
	})
}

func (p place) linksTo(target string) bool {
	got, err := p.dir.Readlink(p.base)
	return err == nil && got == target
}
