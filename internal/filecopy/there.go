package filecopy

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// alreadyThere is the result of a copy that is at the place already. With
// Archive it gets there what it lacks of its source, as an earlier run may not
// have kept it. With Never, nothing is touched.
func (p place) alreadyThere(src *os.Root, name string, info fs.FileInfo, opts Options) (Result, error) {
	if !opts.Archive || opts.Overwrite == Never {
		return Result{Skipped: true}, nil
	}
	from, err := pinSeen(src, name, info)
	if err != nil {
		return Result{}, err
	}
	defer from.close()
	to, err := pin(p.dir, p.base)
	if err != nil {
		return Result{}, err
	}
	defer to.close()
	lost, err := p.complete(from, info, to, opts)
	return Result{Skipped: err == nil, Lost: lost}, err
}

// fileThere is alreadyThere of a regular file, which the run before may not have
// verified or synced either. It is not the same when, with Hash, its contents differ.
func (p place) fileThere(ctx context.Context, src *os.Root, name string, info fs.FileInfo, opts Options) (res Result, same bool, err error) {
	digest := ""
	if opts.Hash != "" && opts.Overwrite != Never {
		if digest, err = compare(ctx, src, name, p.dir, p.base, opts); digest == "" || err != nil {
			return Result{}, false, err
		}
	}
	res, err = p.alreadyThere(src, name, info, opts)
	if err == nil && opts.Durable && opts.Overwrite != Never {
		err = p.syncThere()
	}
	if digest != "" {
		res.Bytes, res.Digest = info.Size(), digest
	}
	return res, true, err
}

// syncThere has the file, and its name, on the medium.
func (p place) syncThere() error {
	f, _, err := openRegular(p.dir, p.base)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := flush(f); err != nil {
		return err
	}
	return flushFolder(p.dir)
}

// complete leaves alone what is complete: chown(2) would take a setuid bit
// away for a moment, and each change makes a backup read the file again.
func (p place) complete(from inode, info fs.FileInfo, to inode, opts Options) (losses, error) {
	now, err := to.stat()
	if err != nil {
		return nil, NewError("stat", err)
	}
	if now.Mode().Type() != info.Mode().Type() {
		return nil, errOpenedChanged
	}
	var want, has giving
	if err := want.read(from, info); err != nil {
		return nil, err
	}
	if err := has.read(to, now); err != nil {
		return nil, err
	}
	if has.hold(want.attributes) && now.ModTime().Equal(info.ModTime()) {
		return want.lost.judged(opts)
	}
	if !info.Mode().IsRegular() { // a file's time is what it was found by
		if err := setLinkTimes(p.dir, p.base, info); err != nil {
			return nil, err
		}
	}
	return keep(from, info, to, opts)
}

// hold tells whether a copy with these attributes has all that its source has,
// and nothing else but labels.
func (a attributes) hold(b attributes) bool {
	const kept = fs.ModePerm | specialBits
	return a.mode&kept == b.mode&kept && a.uid == b.uid && a.gid == b.gid &&
		bytes.Equal(a.access, b.access) && bytes.Equal(a.inherit, b.inherit) && bytes.Equal(a.caps, b.caps) &&
		!slices.ContainsFunc(b.xattrs, func(x xattr) bool { return !slices.ContainsFunc(a.xattrs, x.equal) }) &&
		!slices.ContainsFunc(a.xattrs, func(x xattr) bool { return x.removable() && !slices.ContainsFunc(b.xattrs, x.equal) })
}

func (x xattr) equal(y xattr) bool { return x.name == y.name && bytes.Equal(x.value, y.value) }

// removable tells whether it is people who gave a file that attribute. The
// others are labels, and properties that a folder hands down (btrfs.*).
func (x xattr) removable() bool {
	return strings.HasPrefix(x.name, "user.") || strings.HasPrefix(x.name, "trusted.")
}
