package filecopy

import (
	"context"
	"errors"
	"hash"
	"io"
	"io/fs"
)

const (
	// blockSize is the most bytes in a block. Larger blocks gain nothing. One block
	// takes milliseconds, so a cancel takes effect soon.
	blockSize = 1 << 20

	// unsizedBlock is the size of a block of files of unknown size, in bytes.
	// procfs gives a page at a time.
	unsizedBlock = 32 << 10
)

// contents moves the bytes of src to dst. dst is empty, or has a partial copy. contents
// reads and writes at explicit offsets, and ignores the files' own offsets.
type contents struct {
	src, dst file
	before   fs.FileInfo // src's info when it was opened
	hash     hash.Hash   // of the bytes of src; nil without Options.Hash
	behind   *behind     // nil: the kernel decides when to write to the medium
	progress func(int64)
	gate     gate // lets the bytes through
	method   Method
	buffer   *buffer
	block    []byte // part of buffer; nil until it is needed

	proved int64 // bytes at the beginning of dst that a partial copy had
	ended  int64 // offset of src's end, with errEnded
}

// errEnded means that src has fewer bytes than its size, which was never true.
var errEnded = errors.New("ends before its size")

// move moves all contents and returns the size of the copy in bytes. It reads no more bytes
// than src had when it was opened.
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

// digest returns the digest of the moved contents, or nil without Options.Hash.
func (c *contents) digest() []byte {
	if c.hash == nil {
		return nil
	}
	return c.hash.Sum(nil)
}

// moveUnsized moves the contents of a file of size 0: nothing, or the contents that the
// kernel makes when a file is read (procfs).
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
		// If another process has begun to write an empty file, it might never end.
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

// buffer is memory that all files of a Copier use in turn. New memory costs the kernel more
// time than the bytes of a small file.
type buffer struct{ bytes []byte }

// of returns the first n bytes of the buffer.
func (b *buffer) of(n int64) []byte {
	if have := int64(cap(b.bytes)); have < n {
		b.bytes = make([]byte, max(n, min(2*have, blockSize)))
	}
	return b.bytes[:n]
}

// moveBlock moves at most limit bytes at off, and returns their number: 0 at src's end.
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

// report calls progress with the number of bytes written. With Durable or Hash that is the
// number on the medium. It returns the error of ctx, or of the medium.
func (c *contents) report(ctx context.Context, written int64) error {
	if c.behind != nil {
		if err := c.behind.wrote(written); err != nil {
			return err
		}
	}
	if c.progress != nil {
		if c.behind != nil {
			// The last byte counts only when the name is on the medium, too.
			written = min(c.behind.reached(written), written-1)
		}
		c.progress(written)
	}
	return ctx.Err()
}
