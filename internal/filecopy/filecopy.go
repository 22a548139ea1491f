// Package filecopy copies one file from A to B, whole or not at all.
//
//	c := filecopy.NewCopier(src, dst) // two *os.Root
//	defer c.Close()
//	seen, err := c.Lstat("a/b.mov")
//	res, err := c.File(ctx, "a/b.mov", seen, filecopy.Options{Durable: true})
//
// A copy has a temporary name in its final folder until it is finished. On Linux, a small copy
// that need not reach the medium has no name at all until then:
//
//	create .b.mov.12345678.brood ─▶ write ─▶ times, mode ─▶ sync ─▶ read back ─▶ rename to b.mov
//	create without a name ────────▶ write ─▶ times, mode ──────────────────────▶ link as b.mov
//
// So the final name always shows the old file or the whole copy, even if the copying process
// is killed at any moment. The copy is never more readable than its source. It keeps the
// contents with their holes, the permission bits, and the times in nanoseconds. With
// Options.Archive it also keeps owner and group, setuid, setgid and sticky bits, extended
// attributes and ACLs.
//
// All names are relative to an [os.Root], so no symlink leads out of either side, not even
// one that is swapped in during the copy. Names are bytes.
//
// The package starts no process. Its only goroutines read a copy back from the medium, and
// they have ended when the call returns. The package logs nothing, has no global state, and
// prints no names: an [Error] has the operation and the cause, and the caller adds the file.
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

// Overwrite chooses whether to replace an existing file in the destination. The zero value
// means Changed.
type Overwrite string

const (
	Changed Overwrite = "changed" // replace it, unless Same
	Always  Overwrite = "always"  // replace it
	Never   Overwrite = "never"   // leave it, even if it appears during the copy
)

// ParseOverwrite returns the Overwrite with the name s.
func ParseOverwrite(s string) (Overwrite, error) {
	switch o := Overwrite(s); o {
	case Changed, Always, Never:
		return o, nil
	}
	return "", fmt.Errorf("overwrite %q: want changed, always or never", s)
}

// Same reports whether dst already is the finished copy of src. Both must be regular files of
// the same size and the same modification time, to the nanosecond. Same reads no contents.
func Same(src, dst fs.FileInfo) bool {
	return src.Mode().IsRegular() && dst.Mode().IsRegular() &&
		src.Size() == dst.Size() && src.ModTime().Equal(dst.ModTime())
}

// Method is a way to move the contents.
type Method string

const (
	Reflink       Method = "reflink"         // both files share the blocks until one is written
	CopyFileRange Method = "copy_file_range" // the kernel copies, or the server of both files
	ReadWrite     Method = "read-write"      // this process reads and writes
)

// Options are the options of one copy.
type Options struct {
	Overwrite Overwrite

	// Durable syncs the copy and its name to the medium before the copy is done.
	Durable bool

	// Hash, unless empty, verifies the copy. File hashes the source as it reads it,
	// and reads the copy back from the medium before the copy gets its name. If the
	// copy differs, File makes it once more. File compares a copy that is already done.
	Hash digest.Hash

	// Resume continues the partial copy of a killed process, behind the bytes that are
	// proved equal. If ctx ends the copy, Resume leaves a partial copy.
	Resume bool

	// Shared means that another machine, whose locks are invisible here, may copy the
	// same file at the same time. Each temporary then has a unique name, and leftovers
	// stay until Sweep. Resume has no effect.
	Shared bool

	// Archive keeps owner and group, setuid, setgid and sticky bits, extended
	// attributes, capabilities and POSIX ACLs, and removes those that the source lacks.
	// Result.Lost has the losses. Only root sees trusted.* attributes. ACLs of a file
	// system's own kind (NFSv4) are kept if they can be set as attributes. macOS and
	// FreeBSD keep owner, group and the three bits. Windows keeps none of these.
	//
	// A copy that is already done is skipped, and gets the attributes that it lacks, in
	// place and one after another. With Never it gets none.
	Archive bool

	// Strict makes a loss an error of the file. The new copy is not published then. A
	// copy that is already there stays.
	Strict bool

	// Progress, unless nil, is called from the copying goroutine after each block. done
	// is the bytes written so far; with Durable or Hash, the bytes on the medium. Holes
	// count as written. While the copy is read back, done begins at 0 again.
	Progress func(done int64)

	// Pace, unless nil, is called before bytes are moved, read back or compared. It waits,
	// and returns how many of the want bytes may pass: all of want, or whole pages. Its
	// error ends the copy. Holes, reflinks and attributes are free. (A file without a
	// size is moved before Pace is called.)
	Pace func(ctx context.Context, want int64) (int64, error)

	// Phase, unless nil, is called when a copy begins a phase.
	Phase func(Phase)
}

// Phase is a phase of a copy whose bytes are all written.
type Phase string

const (
	Syncing   Phase = "syncing"   // waits until the copy is on the medium
	Verifying Phase = "verifying" // reads the copy back from the medium
)

// Result is the result for one file.
type Result struct {
	Bytes   int64    // size of the copy, holes included
	Method  Method   // method that moved the last contents; "" if there were none
	Skipped bool     // the destination already existed (Never), or was already done
	Digest  string   // verified digest of the contents, in hex; "" without Hash
	Resumed int64    // bytes that a partial copy already had
	Retries int      // number of copies made again, because the one read back differed
	Lost    []string // attributes that the copy lacks (LostOwner …), with Archive

	Repaired bool // with Skipped and Archive: the copy got the attributes that it lacked
}

// fill makes the place a copy of the open file from. info is from's info when it was opened.
// With Never, if a file has appeared at the place, the error is EEXIST.
func (p place) fill(ctx context.Context, from *os.File, info fs.FileInfo, opts Options) (Result, error) {
	to, partial, err := p.temporary(ctx, info, opts)
	if err != nil {
		return Result{}, err
	}
	defer func() {
		if opts.Resume && ctx.Err() != nil {
			to.leave()
		}
		to.discard()
	}()
	c := contents{
		src: from, dst: to.file, before: info, buffer: p.buffer,
		hash: newHash(opts.Hash), progress: opts.Progress, gate: gate{pace: opts.Pace},
	}
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
	digest := hex.EncodeToString(c.digest())
	return Result{Bytes: n, Method: c.method, Digest: digest, Resumed: c.proved, Lost: lost}, nil
}

// temporary returns the temporary for the copy: the partial copy of a killed process, or a new one.
func (p place) temporary(ctx context.Context, src fs.FileInfo, opts Options) (to *temporary, partial bool, err error) {
	ctx.Done() // from now on a kill would leave the temporary: end ctx instead
	if opts.Resume && !opts.Shared {
		if to = takeOver(p, src); to != nil {
			return to, true, nil
		}
	}
	// With Resume, Folder sweeps a partial copy that cannot be trusted.
	to, err = createTemporary(p, opts)
	return to, false, err
}

// syncs reports whether the contents must reach the medium.
func (o Options) syncs() bool { return o.Durable || o.Hash != "" }

func (o Options) phase(p Phase) {
	if o.Phase != nil {
		o.Phase(p)
	}
}

// existing returns the info of the file at the place, or nil if there is none. It is an error
// if a directory is there, if the destination cannot hold the name, or if it has the name in
// another spelling. So these errors appear before the contents are moved, not in the rename.
func (p *place) existing() (fs.FileInfo, error) {
	info, err := Lstat(p.dir, p.base)
	p.here.looked = true
	p.here.occupied = p.here.occupied || err == nil
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
