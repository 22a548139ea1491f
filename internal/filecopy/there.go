package filecopy

import (
	"context"
	"io/fs"
	"os"
)

// alreadyThere returns the result for a copy that exists at the place. With Archive it first
// gives the copy the attributes that it lacks, as an earlier run may not have kept them. With
// Never it changes nothing.
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

// fileThere is alreadyThere for a regular file. An earlier run may not have verified or synced
// the copy, so fileThere does that. same is false if, with Hash, the contents differ.
func (p place) fileThere(
	ctx context.Context, src *os.Root, name string, info fs.FileInfo, opts Options,
) (res Result, same bool, err error) {
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

// syncThere syncs the file and its name to the medium.
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

// complete gives a copy the attributes that it lacks. It does not touch a complete copy: chown(2)
// would remove a setuid bit for a moment, and a backup would read the changed file again.
// repaired reports whether the copy was incomplete before, and is complete now.
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
	if !info.Mode().IsRegular() { // the times of a regular file are equal: see Same
		if err := setLinkTimes(p.dir, p.base, info); err != nil {
			return false, nil, err
		}
	}
	lost, err = keepAttributes(from, info, to, opts)
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
