package filecopy

import (
	"io/fs"
	"os"
)

// Symlink recreates the symlink src/name at dst/name, with the same target
// bytes, the link's own times in nanoseconds, and with Archive its owner and
// extended attributes, and makes the parent folders that dst lacks. A link that
// has the target already is left (Skipped). Anything else but a directory is
// replaced, by a rename as in File, unless opts.Overwrite is Never. A directory
// at dst/name is the error EISDIR.
func Symlink(src, dst *os.Root, name string, opts Options) (Result, error) {
	info, err := Lstat(src, name)
	if err != nil {
		return Result{}, NewError("stat", err)
	}
	target, err := src.Readlink(name)
	if err != nil {
		return Result{}, NewError("read link", err)
	}
	at, err := openPlace(src, dst, name, opts)
	if err != nil {
		return Result{}, err
	}
	defer at.close()
	isThere := func(fs.FileInfo) bool { return at.linksTo(target) }
	return at.recreate(src, name, info, opts, isThere, func(temporary string) (losses, error) {
		if err := at.writing(func() error { return at.dir.Symlink(target, temporary) }); err != nil {
			return nil, NewError("symlink", err)
		}
		return at.setUnopened(src, name, info, temporary, opts)
	})
}

func (p place) linksTo(target string) bool {
	got, err := p.dir.Readlink(p.base)
	return err == nil && got == target
}
