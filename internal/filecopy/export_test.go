package filecopy

import (
	"context"
	"os"
)

// These functions make a Copier for one call.

func File(ctx context.Context, src, dst *os.Root, name string, opts Options) (Result, error) {
	c := NewCopier(src, dst)
	defer c.Close()
	seen, err := c.Lstat(name)
	if err != nil {
		return Result{}, NewError("stat", err)
	}
	return c.File(ctx, name, seen, opts)
}

func Folder(src, dst *os.Root, name string, opts Options) (Result, error) {
	return once(src, dst, func(c *Copier) (Result, error) { return c.Folder(name, opts) })
}

func Symlink(src, dst *os.Root, name string, opts Options) (Result, error) {
	return once(src, dst, func(c *Copier) (Result, error) { return c.Symlink(name, opts) })
}

func Node(src, dst *os.Root, name string, opts Options) (Result, error) {
	return once(src, dst, func(c *Copier) (Result, error) { return c.Node(name, opts) })
}

func Link(src, dst *os.Root, first, name string, opts Options) (Result, error) {
	return once(src, dst, func(c *Copier) (Result, error) { return c.Link(first, name, opts) })
}

func Compare(ctx context.Context, src, dst *os.Root, name string, opts Options) (digest string, err error) {
	c := NewCopier(src, dst)
	defer c.Close()
	return c.Compare(ctx, name, opts)
}

func once(src, dst *os.Root, do func(*Copier) (Result, error)) (Result, error) {
	c := NewCopier(src, dst)
	defer c.Close()
	return do(c)
}
