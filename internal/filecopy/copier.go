package filecopy

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Copier copies files, folders, links and nodes one after another. It keeps the folder of
// the last one open on both sides, and some above it, so that the path to it is walked
// once and not for each name; where the folder goes meanwhile, its files go along. It is
// for one goroutine.
type Copier struct {
	src, dst Chain

	parent string // of the last name, with a slash at its end; "" is the roots themselves
	to     place  // the destination's folder of that name, once it was needed; a place in it is this one with a base
	buffer buffer
}

// NewCopier is one from src to dst, which stay the caller's. Call Close at the end.
func NewCopier(src, dst *os.Root) *Copier {
	return &Copier{src: Chain{root: src}, dst: Chain{root: dst}}
}

// Close closes the folders.
func (c *Copier) Close() {
	c.leave()
	c.src.Close()
	c.dst.Close()
}

// Lstat is src.Lstat, whatever signals come.
func (c *Copier) Lstat(name string) (fs.FileInfo, error) {
	from, base, err := c.source(name)
	if err != nil {
		return nil, err
	}
	return Lstat(from, base)
}

// File copies the regular file src/name to dst/name, and makes the parent folders that dst
// lacks. seen is what Lstat said of it. On any error, ctx's included, dst/name is as it was
// before and the temporary file is gone; but where only the folder can't be synced
// (Durable), the copy has its name already, and ctx's with Resume leaves the
// temporary for the next run.
//
// The errors are ctx's own, an [*Error], or one that says that the source
// changed while it was opened or copied: such a copy is not kept. A directory
// at dst/name is the error EISDIR. A symlink there is replaced, never written
// through, and a read-only file is replaced as well. A file or folder that has
// another name, which the destination takes for the same, is an error.
func (c *Copier) File(ctx context.Context, name string, seen fs.FileInfo, opts Options) (Result, error) {
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	if !seen.Mode().IsRegular() {
		return Result{}, NewError("open", errNotRegular)
	}
	return c.again(func() (Result, error) {
		at, from, err := c.place(name, opts)
		if err != nil {
			return Result{}, err
		}
		res, err := at.copy(ctx, from, seen, opts)
		c.to.named = at.named
		return res, err
	})
}

// again does it once more, from the roots, where a folder that was open is gone.
func (c *Copier) again(do func() (Result, error)) (Result, error) {
	stayed := len(c.dst.held) > 0
	res, err := do()
	if stayed && errors.Is(err, fs.ErrNotExist) {
		c.Close()
		return do()
	}
	return res, err
}

// source is the source's folder of a name, and what the name is there.
func (c *Copier) source(name string) (from *os.Root, base string, err error) {
	parent, base := filepath.Split(name)
	if base == "" && parent != "" {
		base = "."
	}
	if parent != c.parent {
		c.leave()
		c.parent = parent
	}
	from, err = c.src.Open(parent)
	return from, base, err
}

// place is that of a name in the destination, beside the source's folder of it.
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
		c.to = place{dir: dir, shared: dir == c.dst.root}
		c.to.self, _ = openSelf(dir)                      // without it, whoever needs it says why
		if from, err = c.src.Open(c.parent); err != nil { // to make folders, those above it were opened
			return place{}, nil, NewError("open", err)
		}
	}
	at = c.to
	at.base, at.buffer = base, &c.buffer
	return at, from, nil
}

func (c *Copier) leave() {
	if c.to.self != nil {
		c.to.self.Close()
	}
	c.to = place{}
}
