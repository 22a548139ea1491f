package filecopy

import (
	"context"
	"errors"
	"hash"
	"io"
	"io/fs"
	"os"
)

const (
	// blockSize, in bytes: larger blocks gain nothing, and this one is
	// written in milliseconds, so that a cancel is heard.
	blockSize = 1 << 20

	// unsizedBlock is for files that don't tell their size: procfs gives a
	// page at a time.
	unsizedBlock = 32 << 10
)

// contents are the bytes of src on their way to dst, a file that is empty or
// has a partial copy. They are read and written at given offsets: the files' own
// offsets mean nothing.
type contents struct {
	src, dst *os.File
	before   fs.FileInfo // of src, when it was opened
	hash     hash.Hash   // of all that is read; nil when it isn't wanted
	behind   *behind     // nil: the kernel writes when it likes
	progress func(int64)
	gate     gate // that all bytes have to pass
	method   Method
	buffer   *buffer
	block    []byte // of the buffer, when first needed

	proved int64 // bytes at the beginning that dst had already
	ended  int64 // where src ended, with errEnded
}

// errEnded says that src has fewer bytes than its size, which was never true.
var errEnded = errors.New("ends before its size")

// move moves all contents and returns the size of the copy in bytes. No more
// is read than src had when it was opened.
func (c *contents) move(ctx context.Context) (int64, error) {
	size := c.before.Size()
	if size == 0 {
		return c.moveUnsized(ctx)
	}
	err := c.moveSized(ctx, size)
	if err == errEnded {
		return c.ended, nil
	}
	return size, err
}

// digest is that of all contents once they are moved; nil when it wasn't wanted.
func (c *contents) digest() []byte {
	if c.hash == nil {
		return nil
	}
	return c.hash.Sum(nil)
}

// moveUnsized moves what a file of size 0 holds: nothing, or what the kernel
// makes up as it is read (procfs).
func (c *contents) moveUnsized(ctx context.Context) (int64, error) {
	c.block = c.buffer.of(unsizedBlock)
	for off := int64(0); ; {
		n, err := c.moveBlock(off, unsizedBlock)
		if n == 0 || err != nil {
			return off, err
		}
		off += int64(n)
		if err := c.gate.passAll(ctx, int64(n)); err != nil {
			return off, err
		}
		if err := c.report(ctx, off); err != nil {
			return off, err
		}
		// An empty file that somebody began to write might never end.
		if err := unchanged(c.src, c.before); err != nil {
			return off, err
		}
	}
}

// readWrite moves the bytes from off to end through a buffer of our own.
func (c *contents) readWrite(ctx context.Context, off, end int64) error {
	c.makeBlock(end - off)
	for off < end {
		limit, err := c.gate.pass(ctx, off, min(int64(len(c.block)), end-off))
		if err != nil {
			return err
		}
		n, err := c.moveBlock(off, limit)
		if err != nil {
			return err
		}
		c.gate.back(limit - int64(n))
		if n == 0 && sizeIsUntrue(c.src, c.before) {
			c.ended = off
			return errEnded
		}
		if n == 0 {
			return resized(c.before.Size(), off)
		}
		off += int64(n)
		if err := c.report(ctx, off); err != nil {
			return err
		}
	}
	return nil
}

func (c *contents) makeBlock(limit int64) {
	if c.block == nil {
		c.block = c.buffer.of(min(blockSize, limit))
	}
}

// buffer is memory that one file after another is moved through: memory that is new
// costs the kernel more than the bytes of a small file.
type buffer struct{ bytes []byte }

// of is n bytes of it.
func (b *buffer) of(n int64) []byte {
	if have := int64(cap(b.bytes)); have < n {
		b.bytes = make([]byte, max(n, min(2*have, blockSize)))
	}
	return b.bytes[:n]
}

// moveBlock moves at most limit bytes at off. It moves 0 at src's end.
func (c *contents) moveBlock(off, limit int64) (int, error) {
	n, err := c.src.ReadAt(c.block[:min(int64(len(c.block)), limit)], off)
	if err != nil && err != io.EOF {
		return 0, NewError("read", err)
	}
	if n == 0 {
		return 0, nil
	}
	c.method = ReadWrite
	if c.hash != nil {
		c.hash.Write(c.block[:n])
	}
	if _, err := c.dst.WriteAt(c.block[:n], off); err != nil {
		return 0, NewError("write", err)
	}
	return n, nil
}

// report tells how many bytes are written, or on the medium where that is what
// counts, and returns ctx's error, or that of the medium.
func (c *contents) report(ctx context.Context, written int64) error {
	if c.behind != nil {
		if err := c.behind.wrote(written); err != nil {
			return err
		}
	}
	if c.progress != nil {
		if c.behind != nil {
			// The last byte counts when the name is on the medium, too.
			written = min(c.behind.reached(written), written-1)
		}
		c.progress(written)
	}
	return ctx.Err()
}
