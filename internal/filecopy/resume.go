package filecopy

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
)

// takeOver opens the partial copy that a killed process has left at the place: nil
// when there is none that can be trusted to be ours alone. What it holds is proved
// later; this is about who else may reach into it:
//
//	lstat: a file of ours, one name, never more open than its source ─▶ open ─▶
//	the same file? ─▶ lock: nobody is at it ─▶ lstat: still under that name
//
// Whoever gives a temporary its final name holds the lock, so a file that still has
// the temporary one when we have the lock is nobody's copy.
func takeOver(p place, src fs.FileInfo) *temporary {
	name := partialName(p.base)
	seen, err := Lstat(p.dir, name)
	if err != nil || !oursAlone(seen, src) {
		return nil
	}
	f, _, err := openSeen(p.dir, name, os.O_RDWR, seen)
	if err != nil {
		return nil
	}
	t := &temporary{place: p, name: name, file: f}
	if t.lock, err = hold(f); err == nil && t.lock.isHeld() && t.stillOurs(src) && f.Chmod(0o600) == nil {
		return t
	}
	t.leave()
	return nil
}

func (t *temporary) stillOurs(src fs.FileInfo) bool {
	opened, err := t.file.Stat()
	if err != nil {
		return false
	}
	named, err := Lstat(t.dir, t.name)
	return err == nil && os.SameFile(opened, named) && oursAlone(named, src)
}

// prove finds how much of src's beginning dst has already, compared byte by byte,
// and takes the rest off dst. Its size says nothing: a crash of the system may leave
// a file that is longer than what was written of it.
func (c *contents) prove(ctx context.Context) error {
	info, err := c.dst.Stat()
	if err != nil {
		return NewError("stat", err)
	}
	c.makeBlock(c.before.Size())
	there := make([]byte, len(c.block))
	gate := newGate(c.gate.pace, c.src, c.dst)
	for end := min(info.Size(), c.before.Size()); c.proved < end; {
		want, err := gate.pass(ctx, c.proved, min(int64(len(c.block)), end-c.proved))
		if err != nil {
			return err
		}
		n, err := c.src.ReadAt(c.block[:want], c.proved)
		if err != nil && err != io.EOF {
			return NewError("read", err)
		}
		if n == 0 { // src's end: moving the rest finds it as well
			break
		}
		// A partial copy that can't be read proves nothing.
		if m, _ := c.dst.ReadAt(there[:n], c.proved); m < n || !bytes.Equal(there[:n], c.block[:n]) {
			break
		}
		if c.hash != nil {
			c.hash.Write(c.block[:n])
		}
		c.proved += int64(n)
		if err := c.report(ctx, c.proved); err != nil {
			return err
		}
	}
	if err := c.dst.Truncate(c.proved); err != nil {
		return NewError("truncate", err)
	}
	return nil
}

// lacksFile tells whether a partial copy in dir, which is dst's folder name, is one
// to go on with: its file is in the source, and not yet, or not as it is now, in dir.
func lacksFile(src *os.Root, name string, dir *os.Root, partial string) bool {
	base := strings.TrimPrefix(partial[:len(partial)-len(".12345678"+temporarySuffix)], ".")
	if len(base) >= longestBase {
		return true // it may be any file whose name begins so
	}
	info, err := Lstat(src, path.Join(name, base))
	if err != nil {
		return false
	}
	there, err := Lstat(dir, base)
	return err != nil || !Same(info, there)
}
