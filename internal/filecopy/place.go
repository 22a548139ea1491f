package filecopy

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// place is the target of a copy: a base name in an open folder. The path to the folder is
// walked once, so a later change of that path does not matter.
type place struct {
	dir    *os.Root
	base   string
	shared bool // dir is the caller's root, whose mode must stay
	taken  bool // existing found a file
	here   *here
	buffer *buffer
}

// here is what a Copier keeps of a folder for all the files in it.
type here struct {
	self      *os.File // the folder, for system calls that os.Root lacks; nil before they are needed
	from      *os.File // the source's folder, likewise
	looked    bool     // existing has looked for a file here
	occupied  bool     // one was there
	noUnnamed bool     // a file without a name cannot be made here, or cannot get one
	creation  creation // how a file without a name is made here
}

// open opens a folder for system calls that os.Root lacks, once. file is self or from.
func (*here) open(file **os.File, dir *os.Root) (err error) {
	if *file == nil {
		*file, err = openPath(dir, ".")
	}
	return err
}

func (h *here) close() {
	for _, f := range []*os.File{h.self, h.from} {
		if f != nil {
			f.Close()
		}
	}
}

// folder opens the folder base in the folder above. name is its name below the root. If the
// folder is missing, folder makes it with the permission bits of the source's folder, and the
// bits that let us write in it. Folder later sets the final mode. With Archive the folder has
// our owner and group until then, so only we may enter it.
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

// openUp lets others into a folder that we have just made, as far as its source does. It
// removes the ACLs inherited from the parent folder: the group bits would let in everybody
// whom they name. An inherited setgid bit stays, so that new files in the folder get its group.
func openUp(dir, src *os.Root, name string, seen fs.FileInfo, opts Options) error {
	if err := removeACLs(dir); err != nil {
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

// writing calls make, which makes a new name in the folder. An earlier run may have given the
// folder a mode that forbids that. Then writing adds the right to write, until Folder sets the
// final mode again. It never changes the mode of the caller's root.
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

// rename gives the temporary its final name. If it may not replace and a file exists, the
// error is EEXIST. If a file has appeared since existing found none, rename calls existing
// again before it replaces it: the destination may treat the name of another file as the same.
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

// renameOver renames the temporary, and replaces an existing file.
func (p place) renameOver(temporary string) error {
	err := ignoringEINTR(func() error { return p.dir.Rename(temporary, p.base) })
	if err == nil {
		return nil
	}
	// os.Root returns EEXIST for a directory. The error of rename(2) is EISDIR.
	if errors.Is(err, fs.ErrExist) {
		err = syscall.EISDIR
	}
	return NewError("rename", unfit(err))
}

// linkNew renames in two steps that replace nothing: it makes a hard link, and removes the old
// name. In a file system without hard links it checks that the new name is free, and renames.
// That replaces a file that appears between the check and the rename.
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
