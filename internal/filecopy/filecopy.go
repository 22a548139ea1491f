// Package filecopy copies one file from A to B, whole or not at all.
//
// A copy is written under a temporary name in the folder that it is meant for
// and renamed when it is finished, or, if it is small, without a name and linked then:
// whoever looks at the final name sees what was there before or the whole copy,
// whenever the copying process dies. The copy is at no moment more readable than its
// source. It keeps the contents with their holes, the permission bits and the times in
// nanoseconds; with Options.Archive also owner and group, setuid, setgid and sticky
// bits, extended attributes and ACLs.
//
// Both ends are named relative to an [os.Root], so that no symlink, not even
// one swapped in meanwhile, leads out of either. Names are bytes.
//
// The package starts no process, and no goroutine but those that read a copy back from
// the medium, which have ended when the call returns; it logs nothing, holds no state
// and prints no name: an [Error] says what was attempted and the cause, and
// the caller adds which file.
package filecopy

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"brood/internal/digest"
)

// Overwrite says what happens to a destination that exists. The zero value
// means Changed.
type Overwrite string

const (
	Changed Overwrite = "changed" // replaced unless Same
	Always  Overwrite = "always"  // replaced
	Never   Overwrite = "never"   // left, even when it appears during the copy
)

// ParseOverwrite is the Overwrite that s spells.
func ParseOverwrite(s string) (Overwrite, error) {
	switch o := Overwrite(s); o {
	case Changed, Always, Never:
		return o, nil
	}
	return "", fmt.Errorf("overwrite %q: want changed, always or never", s)
}

// Same tells whether dst already is the finished copy of src: both regular,
// of the same size and the same modification time to the nanosecond. The
// contents aren't read.
func Same(src, dst fs.FileInfo) bool {
	return src.Mode().IsRegular() && dst.Mode().IsRegular() &&
		src.Size() == dst.Size() && src.ModTime().Equal(dst.ModTime())
}

// Method says how contents were moved.
type Method string

const (
	Reflink       Method = "reflink"         // shared with the source until either is written to
	CopyFileRange Method = "copy_file_range" // by the kernel, or by the server that holds both
	ReadWrite     Method = "read-write"
)

// Options of one copy.
type Options struct {
	Overwrite Overwrite

	// Durable has the copy, and its name, on the medium before it counts as done.
	Durable bool

	// Hash, when it is one, has the copy verified: the source is hashed as it is
	// read, the copy is read back from the medium before it gets its name, and one
	// that differs is made once more. A file that is done already is compared.
	Hash digest.Hash

	// Resume goes on with the partial copy that a killed process has left, from
	// where it is proved equal, and leaves one behind when ctx ends it.
	Resume bool

	// Shared says that another process may copy the same file at the same time, on a
	// machine whose locks are not seen here: a temporary's name is then no other's, and
	// what is left under such a name stays for Sweep. Resume has no effect.
	Shared bool

	// Archive keeps owner and group, setuid, setgid and sticky bits, extended
	// attributes, capabilities and POSIX ACLs, and gives none but the source's.
	// What is not possible is told in Result.Lost. Only root sees trusted.*
	// attributes; ACLs of a file system's own kind (NFSv4) are kept where they
	// can be set as attributes. macOS and FreeBSD keep owner, group and the three
	// bits, Windows nothing, and no attribute or ACL is looked for there.
	//
	// A copy that is there already is skipped, and gets what it lacks of all this
	// in place, one attribute after another; with Never it gets nothing.
	Archive bool

	// Strict makes a loss the error of the file, which is not published then; if
	// it is there already, it stays.
	Strict bool

	// Progress, when set, is called from the copying goroutine after each
	// block, with the bytes written so far: on the medium, with Durable or Hash.
	// Holes count as written. While the copy is read back it begins at 0 again.
	Progress func(done int64)

	// Pace, when set, is asked before bytes are moved, read back or compared: it
	// waits and says how many of want may be, whole pages unless all of it. Its error
	// ends the copy. Holes, reflinks and attributes are free. (What has no size is
	// moved first.)
	Pace func(ctx context.Context, want int64) (int64, error)

	// Careful, when set, is called before File makes what it would leave if the process
	// were ended at once: a temporary that has a name. From then on it is ctx that
	// should be ended.
	Careful func()

	// Phase, when set, is called when the copy comes to one.
	Phase func(Phase)
}

// Phase is what a copy is at when its bytes are moved.
type Phase string

const (
	Syncing   Phase = "syncing"   // it waits for the medium
	Verifying Phase = "verifying" // it reads back from there
)

// Result is what became of one file.
type Result struct {
	Bytes   int64    // size of the copy, holes included
	Method  Method   // how the last of the contents were moved; "" where there were none
	Skipped bool     // the destination was already there (Never), or already done
	Digest  string   // of the contents, verified, in hex; "" without Hash
	Resumed int64    // bytes that a partial copy had already
	Retries int      // how often it was made again, having been read back different
	Lost    []string // what the copy lacks of its source (LostOwner …), with Archive

	Repaired bool // of Skipped: it has been given what it lacked, with Archive
}

// copy makes the place a copy of the file of the same name in the folder from.
func (p *place) copy(ctx context.Context, from *os.Root, seen fs.FileInfo, opts Options) (Result, error) {
	keep, err := p.keeps(seen, opts.Overwrite)
	if err != nil {
		return Result{}, err
	}
	if keep {
		if res, same, err := p.fileThere(ctx, from, p.base, seen, opts); same || err != nil {
			return res, err
		}
	}
	file, info, err := openSeen(from, p.base, os.O_RDONLY, seen)
	if err != nil {
		return Result{}, err
	}
	defer file.Close()
	res, err := p.fill(ctx, file, info, opts)
	switch err {
	case errReadBack:
		res, err = p.fill(ctx, file, info, opts)
		res.Retries = 1
	case errNoName:
		p.named = true
		res, err = p.fill(ctx, file, info, opts)
	}
	if opts.Overwrite == Never && errors.Is(err, fs.ErrExist) {
		return Result{Skipped: true}, nil
	}
	return res, err
}

// keeps tells whether what is at the place stays there, given the source's
// info.
func (p *place) keeps(src fs.FileInfo, overwrite Overwrite) (bool, error) {
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

// fill makes the place a copy of the open file from, whose info was taken
// when it was opened. Where nothing may be replaced and something appeared,
// the error is EEXIST.
func (p place) fill(ctx context.Context, from *os.File, info fs.FileInfo, opts Options) (Result, error) {
	to, partial, err := p.temporary(info, opts)
	if err != nil {
		return Result{}, err
	}
	defer func() {
		if opts.Resume && ctx.Err() != nil {
			to.leave()
		}
		to.discard()
	}()
	c := contents{src: from, dst: to.file, before: info, hash: newHash(opts.Hash), progress: opts.Progress, gate: gate{pace: opts.Pace}, buffer: p.buffer}
	if opts.syncs() {
		c.behind = &behind{file: to.file}
	}
	if partial {
		if err := c.prove(ctx); err != nil {
			return Result{}, err
		}
	}
	n, err := c.move(ctx)
	if err != nil {
		return Result{}, err
	}
	if err := unchanged(from, info); err != nil {
		return Result{}, err
	}
	lost, err := to.finish(ctx, from, info, c.digest(), opts)
	if err != nil {
		return Result{}, err
	}
	if opts.syncs() && opts.Progress != nil {
		opts.Progress(n)
	}
	return Result{Bytes: n, Method: c.method, Digest: hex.EncodeToString(c.digest()), Resumed: c.proved, Lost: lost}, nil
}

// temporary is where the copy is made: what a killed one has left, or a new one. That
// has no name where nothing of it would be worth to be found again: it is small, and
// not on the medium yet.
func (p place) temporary(src fs.FileInfo, opts Options) (to *temporary, partial bool, err error) {
	if !opts.Resume && src.Size() <= blockSize && !p.taken && !p.named && !opts.syncs() {
		if to = createUnnamed(p); to != nil {
			return to, false, nil
		}
	}
	if opts.Careful != nil {
		opts.Careful()
	}
	if opts.Resume && !opts.Shared {
		if to = takeOver(p, src); to != nil {
			return to, true, nil
		}
	}
	to, err = createTemporary(p, opts) // with Resume, what was left and is not to be trusted is the folder's to sweep
	return to, false, err
}

// syncs tells whether contents have to reach the medium.
func (o Options) syncs() bool { return o.Durable || o.Hash != "" }

func (o Options) phase(p Phase) {
	if o.Phase != nil {
		o.Phase(p)
	}
}

// existing is what is at the place, nil when nothing is. A directory, a name that
// the destination cannot hold, and one that it has in another spelling are errors,
// found before the contents are moved rather than by the rename after.
func (p *place) existing() (fs.FileInfo, error) {
	info, err := Lstat(p.dir, p.base)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, NewError("stat", unfit(err))
	}
	if err := checkSpelled("create", p.dir, p.base); err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, NewError("rename", syscall.EISDIR)
	}
	p.taken = true
	return info, nil
}
