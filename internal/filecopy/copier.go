package filecopy

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Copier copies files one after another. It keeps the folder of the last one open
// on both sides, so that the path to it is walked once and not for each file; where
// the folder goes meanwhile, its files go along. It is for one goroutine.
type Copier struct {
	src, dst *os.Root

	parent string   // of the last name, with a slash at its end; "" is src and dst themselves
	from   *os.Root // the source's folder of that name; nil as long as it was not needed
	to     place    // likewise; a place in it is this one with a base
	buffer buffer
}

// NewCopier is one from src to dst, which stay the caller's. It is to be closed.
func NewCopier(src, dst *os.Root) *Copier { return &Copier{src: src, dst: dst} }

// Close closes the folder.
func (c *Copier) Close() { c.leave() }

// Lstat is src.Lstat, whatever signals come.
func (c *Copier) Lstat(name string) (fs.FileInfo, error) {
	from, base, err := c.source(name)
	if err != nil {
		return nil, err
	}
	return Lstat(from, base)
}

// File is the function of that name, for a file of which Lstat has said this.
func (c *Copier) File(ctx context.Context, name string, seen fs.FileInfo, opts Options) (Result, error) {
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	if !seen.Mode().IsRegular() {
		return Result{}, NewError("open", errNotRegular)
	}
	from, base, err := c.source(name)
	if err != nil {
		return Result{}, NewError("open", err)
	}
	stayed := c.to.dir != nil
	at, err := c.place(base, opts)
	if err != nil {
		return Result{}, err
	}
	res, err := at.copy(ctx, from, seen, opts)
	c.to.named = at.named
	if stayed && errors.Is(err, fs.ErrNotExist) { // somebody has removed the folder
		c.leave()
		return c.File(ctx, name, seen, opts)
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
	if c.from == nil && parent == "" {
		c.from = c.src
	} else if c.from == nil {
		c.from, err = enter(c.src, parent)
	}
	return c.from, base, err
}

// place is that of a base name in the destination's folder.
func (c *Copier) place(base string, opts Options) (place, error) {
	if c.to.dir == nil {
		to, err := openPlace(c.src, c.dst, c.parent+base, opts)
		if err != nil {
			return place{}, err
		}
		to.self, _ = openSelf(to.dir) // without it, whoever needs it says why
		c.to = to
	}
	at := c.to
	at.base, at.buffer = base, &c.buffer
	return at, nil
}

func (c *Copier) leave() {
	if c.from != nil && c.from != c.src {
		c.from.Close()
	}
	if c.to.dir != nil {
		c.to.close()
	}
	c.from, c.to = nil, place{}
}
