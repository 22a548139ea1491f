package filecopy

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"os"

	"brood/internal/digest"
)

// errReadBack means that the copy on the medium differs from the bytes written.
var errReadBack = NewError("verify", errors.New("the copy on the medium differs from what was written"))

// readBack reads the file from the medium, and returns errReadBack unless it has the digest
// want. The file must be synced, so that the bytes read are the final ones.
func (t *temporary) readBack(ctx context.Context, h hash.Hash, want []byte, opts Options) error {
	info, err := t.file.Stat()
	if err != nil {
		return NewError("stat", err)
	}
	back := newAhead(t.file, info.Size(), newGate(opts.Pace, t.file))
	defer back.join()
	for off := int64(0); ; {
		block, err := back.next(ctx)
		if err != nil {
			return err
		}
		if len(block) == 0 {
			break
		}
		h.Write(block)
		off += int64(len(block))
		if opts.Progress != nil {
			opts.Progress(off)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	if !bytes.Equal(h.Sum(nil), want) {
		return errReadBack
	}
	return nil
}

// Compare compares the regular file name on both sides, byte by byte. It reads dst's file from
// the medium. If the two are equal, it returns their digest in hex, and otherwise "". The
// errors are as in File.
func (c *Copier) Compare(ctx context.Context, name string, opts Options) (digest string, err error) {
	from, base, err := c.source(name)
	if err != nil {
		return "", NewError("stat", err)
	}
	to, err := c.dst.Open(c.parent)
	if err != nil {
		return "", NewError("stat", err)
	}
	return compare(ctx, from, base, to, base, opts)
}

// compare is Compare for a name in each of two folders.
func compare(
	ctx context.Context, src *os.Root, srcName string, dst *os.Root, dstName string, opts Options,
) (digest string, err error) {
	from, before, err := openRegular(src, srcName)
	if err != nil {
		return "", err
	}
	defer from.Close()
	to, info, err := openRegular(dst, dstName)
	if err != nil {
		return "", err
	}
	defer to.Close()
	_ = to.Sync() // put all bytes on the medium; it fails on a read-only file system, which has none to write
	back := newAhead(to, info.Size(), newGate(opts.Pace, from, to))
	defer back.join()
	sum, err := sameContents(ctx, from, back, opts)
	if err != nil || sum == nil {
		return "", err
	}
	return hex.EncodeToString(sum), unchanged(from, before)
}

// sameContents returns the digest of both files, or nil if they differ.
func sameContents(ctx context.Context, from *os.File, back *ahead, opts Options) ([]byte, error) {
	h := opts.Hash.New()
	block := make([]byte, blockSize)
	for off := int64(0); ; {
		got, err := back.next(ctx)
		if err != nil {
			return nil, err
		}
		// Read one byte more, to see whether the source ends here, too.
		n, err := from.ReadAt(block[:min(len(got)+1, len(block))], off)
		if err != nil && err != io.EOF {
			return nil, NewError("read", err)
		}
		if n < len(got) || !bytes.Equal(block[:len(got)], got) || len(got) == 0 && n > 0 {
			return nil, nil
		}
		if len(got) == 0 {
			return h.Sum(nil), nil
		}
		h.Write(got)
		off += int64(len(got))
		if opts.Progress != nil {
			opts.Progress(off)
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
}

// newHash returns a new hash.Hash, or nil for "".
func newHash(h digest.Hash) hash.Hash {
	if h == "" {
		return nil
	}
	return h.New()
}
