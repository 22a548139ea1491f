package filecopy

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Copier copies files, folders, links and nodes, one after another. It keeps the folder of
// the last name open on both sides, and some folders above it. So it walks a path once, and
// not for each name. If somebody moves the open folder, its files go along. Use a Copier from
// one goroutine.
type Copier struct {
	src, dst Chain

	parent string // folder of the last name, with a slash at its end; "" is the root
	to     place  // that folder in the destination, without a base; zero until it is needed
	buffer buffer
}

// NewCopier returns a Copier from src to dst, which the caller closes. Call Close at the end.
func NewCopier(src, dst *os.Root) *Copier {
	return &Copier{src: Chain{root: src}, dst: Chain{root: dst}}
}

// Close closes the folders.
func (c *Copier) Close() {
	c.leaveFolder()
	c.src.Close()
	c.dst.Close()
}

// Lstat is src.Lstat. A signal does not end it early.
func (c *Copier) Lstat(name string) (fs.FileInfo, error) {
	from, base, err := c.source(name)
	if err != nil {
		return nil, err
	}
	return Lstat(from, base)
}

// File copies the regular file src/name to dst/name, and makes the parent folders that dst
// lacks. seen is the result of Lstat. After an error, dst/name is as it was before, and the
// temporary is gone. There are two exceptions: if only the sync of the folder fails (Durable),
// the copy already has its name; and if ctx ends, Resume leaves the temporary for the next run.
//
// The error is ctx's, an [*Error], or an error that the source changed while it was opened or
// copied. File does not keep such a copy. If dst/name is a directory, the error is EISDIR.
// File replaces a symlink or a read-only file at dst/name, and never writes through the
// symlink. If dst treats the name of another file or folder as the same, that is an error.
//
// Until File first calls ctx.Done, this process may be killed: nothing would be left behind.
// A copy without a name needs no call.
func (c *Copier) File(ctx context.Context, name string, seen fs.FileInfo, opts Options) (Result, error) {
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	if !seen.Mode().IsRegular() {
		return Result{}, NewError("open", errNotRegular)
	}
	return c.reopening(func() (Result, error) {
		at, from, err := c.place(name, opts)
		if err != nil {
			return Result{}, err
		}
		return at.copy(ctx, from, seen, opts)
	})
}

// reopening calls do. If an open folder is gone, it calls do once more, from the roots.
func (c *Copier) reopening(do func() (Result, error)) (Result, error) {
	stayed := len(c.dst.held) > 0
	res, err := do()
	if stayed && errors.Is(err, fs.ErrNotExist) {
		c.Close()
		return do()
	}
	return res, err
}

// source returns the source's folder of a name, and the base name in it.
func (c *Copier) source(name string) (from *os.Root, base string, err error) {
	parent, base := filepath.Split(name)
	if base == "" && parent != "" {
		base = "."
	}
	if parent != c.parent {
		c.leaveFolder()
		c.parent = parent
	}
	from, err = c.src.Open(parent)
	return from, base, err
}

// place returns the place of a name in the destination, and the source's folder of the name.
func (c *Copier) place(name string, opts Options) (at place, from *os.Root, err error) {
	from, base, err := c.source(name)
	if err != nil {
		return place{}, nil, NewError("open", err)
	}
	if c.to.dir == nil {
		dir, err := c.dst.descend(c.parent, true, func(above *os.Root, base, name string) (*os.Root, error) {
			return c.folder(above, base, name, opts)
		})
		if err != nil {
			return place{}, nil, err
		}
		// Open the source's folder again: making folders opened those above it.
		if from, err = c.src.Open(c.parent); err != nil {
			return place{}, nil, NewError("open", err)
		}
		c.to = place{dir: dir, shared: dir == c.dst.root, here: &here{}}
	}
	at = c.to
	at.base, at.buffer = base, &c.buffer
	return at, from, nil
}

// leaveFolder forgets the destination's folder of the last name.
func (c *Copier) leaveFolder() {
	if c.to.here != nil {
		c.to.here.close()
	}
	c.to = place{}
}
