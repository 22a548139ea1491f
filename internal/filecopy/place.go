package filecopy

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// place is where a copy goes: a base name in an open folder. The path to the
// folder is walked once, whatever happens to it later.
type place struct {
	dir    *os.Root
	self   *os.File // dir, for system calls that it has not; nil where they open it
	base   string
	shared bool // dir is the caller's root, left as it is
	taken  bool // existing has found something
	named  bool // a temporary without a name could not be given one
	buffer *buffer
}

// folder opens the folder base, which is name below the root, in the one above it. When
// it is missing it is made, with the permission bits of the source's folder and those
// that let us write in it: Folder gives it the final ones when it is full. With Archive
// it is ours alone until then, as its owner and group are.
func (c *Copier) folder(above *os.Root, base, name string, opts Options) (*os.Root, error) {
	dir, err := c.dst.enter(above, base, name)
	if err == nil {
		return spelled(dir, above, base)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, NewError("open folder", unfit(err))
	}
	from, err := c.src.Open(filepath.Dir(name))
	if err != nil {
		return nil, NewError("stat folder", err)
	}
	info, err := stat(from, base)
	if err != nil {
		return nil, NewError("stat folder", err)
	}
	// Another process may make the same folder at the same time.
	made := place{dir: above, shared: above == c.dst.root}.writing(func() error { return above.Mkdir(base, 0o700) })
	if made != nil && !errors.Is(made, fs.ErrExist) {
		return nil, NewError("make folder", made)
	}
	if dir, err = c.dst.enter(above, base, name); err != nil {
		return nil, NewError("open folder", err)
	}
	if made == nil {
		err = openUp(dir, from, base, info, opts)
	}
	if made == nil && err == nil && opts.Durable {
		err = flushFolder(above)
	}
	if err != nil {
		dir.Close()
		return nil, err
	}
	return spelled(dir, above, base)
}

// openUp lets others into a folder of ours that has just been made, as far as
// its source does. The group bits would also let in whom a default ACL of the
// folder around it names. A setgid bit inherited from there stays, as what is
// made in the folder inherits its group.
func openUp(dir, src *os.Root, name string, seen fs.FileInfo, opts Options) error {
	if err := shed(dir); err != nil {
		return err
	}
	if opts.Archive {
		return nil
	}
	mode, err := modeAloneOf(src, name, seen)
	if err != nil {
		return err
	}
	info, err := stat(dir, ".")
	if err == nil {
		err = dir.Chmod(".", info.Mode()&specialBits|mode|0o700)
	}
	if err != nil {
		return NewError("set mode", err)
	}
	return nil
}

// writing makes a new name in the folder. A folder of ours may forbid that, with
// the mode that a run before has given it: it is let in then, until Folder gives
// it that mode again. The caller's folder is left as it is.
func (p place) writing(make func() error) error {
	err := ignoringEINTR(make)
	if p.shared || !errors.Is(err, fs.ErrPermission) {
		return unfit(err)
	}
	const write = 0o300
	info, statErr := stat(p.dir, ".")
	if statErr != nil || info.Mode()&write == write || p.dir.Chmod(".", info.Mode().Perm()|write) != nil {
		return err
	}
	return unfit(ignoringEINTR(make))
}

// rename gives the temporary of that name its final name. Where it may
// replace nothing and something is there, the error is EEXIST. Where nothing was
// there, it replaces nothing without another look: it may be another file that
// the destination takes for the same.
func (p place) rename(temporary string, replace bool) error {
	for range attempts {
		if p.taken && replace {
			return p.renameOver(temporary)
		}
		err := p.renameNew(temporary)
		if err == nil {
			return nil
		}
		if p.taken || !errors.Is(err, fs.ErrExist) {
			return NewError("rename", unfit(err))
		}
		if _, err := p.existing(); err != nil {
			return err
		}
	}
	return NewError("rename", syscall.EEXIST)
}

// renameOver replaces what is there.
func (p place) renameOver(temporary string) error {
	err := ignoringEINTR(func() error { return p.dir.Rename(temporary, p.base) })
	if err == nil {
		return nil
	}
	// os.Root says EEXIST for a directory, which rename(2) calls EISDIR.
	if errors.Is(err, fs.ErrExist) {
		err = syscall.EISDIR
	}
	return NewError("rename", unfit(err))
}

// linkNew renames in two steps that replace nothing: a hard link, then the
// removal of the old name. A file system without hard links is asked whether
// the new name is free, and what appears between the answer and the rename is
// replaced.
func (p place) linkNew(from string) error {
	err := ignoringEINTR(func() error { return p.dir.Link(from, p.base) })
	if err == nil {
		return p.dir.Remove(from)
	}
	if errors.Is(err, fs.ErrExist) {
		return err
	}
	switch _, err := Lstat(p.dir, p.base); {
	case err == nil:
		return syscall.EEXIST
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	return ignoringEINTR(func() error { return p.dir.Rename(from, p.base) })
}
