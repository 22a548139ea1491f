package filecopy

import (
	"context"
	"errors"
	"io/fs"
	"os"
)

// copy makes the place a copy of the file with the same base name in the folder from.
func (p *place) copy(ctx context.Context, from *os.Root, seen fs.FileInfo, opts Options) (Result, error) {
	// If no look in this folder has found a file, the link that quick makes will show whether one is
	// there. A folder with one file may have more, and to copy them in vain would cost more than to look.
	vacant := p.here.looked && !p.here.occupied
	if vacant && p.mayBeQuick(seen, opts) {
		if res, done, err := p.quick(ctx, from, seen, opts); done || err != nil {
			return res, err
		}
	}
	if res, done, err := p.look(ctx, from, seen, opts); done || err != nil {
		return res, err
	}
	if !vacant && p.mayBeQuick(seen, opts) {
		if res, done, err := p.quick(ctx, from, seen, opts); done || err != nil {
			return res, err
		}
	}
	return p.thorough(ctx, from, seen, opts)
}

// look looks for a file at the place. It returns the result for a copy that is already done.
func (p *place) look(
	ctx context.Context, from *os.Root, seen fs.FileInfo, opts Options,
) (res Result, done bool, err error) {
	stays, err := p.existingStays(seen, opts.Overwrite)
	if err != nil || !stays {
		return Result{}, false, err
	}
	return p.fileThere(ctx, from, p.base, seen, opts)
}

// thorough copies any file, by a temporary with a name.
func (p *place) thorough(ctx context.Context, from *os.Root, seen fs.FileInfo, opts Options) (Result, error) {
	file, info, err := openSeen(from, p.base, os.O_RDONLY, seen)
	if err != nil {
		return Result{}, err
	}
	defer file.Close()
	res, err := p.fill(ctx, file, info, opts)
	if err == errReadBack {
		res, err = p.fill(ctx, file, info, opts)
		res.Retries = 1
	}
	if opts.Overwrite == Never && errors.Is(err, fs.ErrExist) {
		return Result{Skipped: true}, nil
	}
	return res, err
}

// existingStays reports whether a file exists at the place and overwrite leaves it there. src
// is the source's info.
func (p *place) existingStays(src fs.FileInfo, overwrite Overwrite) (bool, error) {
	info, err := p.existing()
	if info == nil || err != nil {
		return false, err
	}
	switch overwrite {
	case Always:
		return false, nil
	case Never:
		return true, nil
	default:
		return Same(src, info), nil
	}
}
