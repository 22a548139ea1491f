package filecopy

import (
	"io/fs"
)

// Symlink recreates the symlink src/name at dst/name, with the same target
// bytes, the link's own times in nanoseconds, and with Archive its owner and
// extended attributes, and makes the parent folders that dst lacks. A link that
// has the target already is left (Skipped). Anything else but a directory is
// replaced, by a rename as in File, unless opts.Overwrite is Never. A directory
// at dst/name is the error EISDIR.
func (c *Copier) Symlink(name string, opts Options) (Result, error) {
	return c.again(func() (Result, error) {
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
