package filecopy

import (
	"context"
	"io/fs"
	"os"
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
	repaired, lost, err := p.complete(from, info, to, opts)
	return Result{Skipped: err == nil, Repaired: repaired, Lost: lost}, err
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
// away for a moment, and each change makes a backup read the file again. It tells
// whether the copy was not complete, and is now.
func (p place) complete(from inode, info fs.FileInfo, to inode, opts Options) (repaired bool, lost losses, err error) {
	now, err := to.stat()
	if err != nil {
		return false, nil, NewError("stat", err)
	}
	if now.Mode().Type() != info.Mode().Type() {
		return false, nil, errOpenedChanged
	}
	kept, lost, err := compareAttributes(from, info, to, now)
	if err != nil {
		return false, nil, err
	}
	if kept && now.ModTime().Equal(info.ModTime()) && !(opts.Strict && len(lost) > 0) {
		return false, lost, nil
	}
	if !info.Mode().IsRegular() { // a file's time is what it was found by
		if err := setLinkTimes(p.dir, p.base, info); err != nil {
			return false, nil, err
		}
	}
	lost, err = keep(from, info, to, opts)
	if err != nil {
		return false, nil, err
	}
	if now, err = to.stat(); err != nil {
		return false, nil, NewError("stat", err)
	}
	repaired, _, err = compareAttributes(from, info, to, now)
	return repaired, lost, err
}

func compareAttributes(from inode, info fs.FileInfo, to inode, there fs.FileInfo) (kept bool, lost losses, err error) {
	want, err := attributesOf(from, info)
	if err != nil {
		return false, nil, err
	}
	has, err := attributesOf(to, there)
	if err != nil {
		return false, nil, err
	}
	kept, lost = want.Kept(has)
	return kept, lost, nil
}
