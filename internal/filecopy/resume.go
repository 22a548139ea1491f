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

// takeOver opens the partial copy that a killed process left at the place. It returns nil if
// there is none, or if another user or process may have access to it. prove checks its
// contents later.
//
//	lstat: a file of ours, one name, never more open than its source ─▶ open ─▶
//	the same file? ─▶ lock: no other process uses it ─▶ lstat: still that name
//
// A process renames its temporary only while it holds the lock. So a file that still has the
// temporary name when we have the lock is no other process's copy.
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

// stillOurs reports whether the open file still has its temporary name, and only we may reach it.
func (t *temporary) stillOurs(src fs.FileInfo) bool {
	opened, err := t.file.Stat()
	if err != nil {
		return false
	}
	named, err := Lstat(t.dir, t.name)
	return err == nil && os.SameFile(opened, named) && oursAlone(named, src)
}

// prove compares the beginning of src and dst byte by byte, and truncates dst to the equal
// part. The size of dst proves nothing: a crash of the system may leave a file longer than
// the bytes that reached it.
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
		if n == 0 { // src's end, which move will find again
			break
		}
		// Unreadable bytes of a partial copy prove nothing.
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

// lacksFile reports whether a later run can resume a partial copy in dir: its file is in the
// source, and dir has no finished copy of it. dir is the folder name below src.
func lacksFile(src *os.Root, name string, dir *os.Root, partial string) bool {
	base := strings.TrimPrefix(partial[:len(partial)-len(".12345678"+temporarySuffix)], ".")
	if len(base) >= longestBase {
		return true // the rest of the name was cut off, so it may be any file
	}
	info, err := Lstat(src, path.Join(name, base))
	if err != nil {
		return false
	}
	there, err := Lstat(dir, base)
	return err != nil || !Same(info, there)
}
