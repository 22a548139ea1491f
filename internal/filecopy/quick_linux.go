package filecopy

import (
	"context"
	"io/fs"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// mayBeQuick reports whether quick may copy the file. A copy needs no name before it is finished
// if nobody would want to find a part of it again: the file is small, and need not be on the
// medium.
func (p *place) mayBeQuick(seen fs.FileInfo, opts Options) bool {
	return !p.here.noUnnamed && !p.taken && seen.Size() <= blockSize &&
		!opts.Resume && !opts.syncs() && p.base != ".."
}

// quick copies a small file by few system calls. The copy has no name until it is finished:
//
//	open ─▶ create ─▶ write ─▶ look at the source again ─▶ times, mode ─▶ link
//
// A killed copy leaves nothing, and needs no lock. The folder changes once, not three times.
//
// One look at the source shows at the end that the file read was the file seen, and has not
// changed since. Until then another file may have been read, if somebody has just put it in the
// place of the one seen. That harms nobody: the copy is thrown away, and no bytes of a FIFO, a
// terminal or a tape are lost, since a read at an offset fails there.
//
// If the file was another one, or if the copy cannot get its name, done is false and there is no
// error: thorough copies the file, or finds the reason.
func (p *place) quick(
	ctx context.Context, from *os.Root, seen fs.FileInfo, opts Options,
) (res Result, done bool, err error) {
	if p.here.open(&p.here.from, from) != nil || p.here.open(&p.here.self, p.dir) != nil {
		return Result{}, false, nil
	}
	src, err := openIn(p.here.from, p.base, unix.O_RDONLY|withoutWaiting, 0)
	if err != nil {
		return Result{}, false, nil
	}
	defer src.Close()
	mode := p.here.firstMode(seen, opts)
	dst, err := p.createUnnamed(mode)
	if err != nil {
		return Result{}, false, nil
	}
	defer dst.Close()
	c := contents{
		src: src, dst: dst, before: seen, buffer: p.buffer,
		progress: opts.Progress, gate: gate{pace: opts.Pace},
	}
	n, moved := c.move(ctx)
	if same, err := src.isStill(seen); !same || err != nil {
		return Result{}, false, err
	}
	if moved != nil {
		return Result{}, false, moved
	}
	if err := setFileTimes(dst, seen); err != nil {
		return Result{}, false, NewError("set times", err)
	}
	lost, err := p.here.keepAttributes(src, seen, dst, mode, opts)
	if err != nil {
		return Result{}, false, err
	}
	linked, err := p.link(dst)
	return Result{Bytes: n, Method: c.method, Lost: lost}, linked, err
}

// createUnnamed makes a file without a name in the folder.
func (p *place) createUnnamed(mode fs.FileMode) (descriptor, error) {
	d, err := openIn(p.here.self, ".", unix.O_TMPFILE|unix.O_RDWR, mode)
	if err == unix.EOPNOTSUPP {
		p.here.noUnnamed = true
	}
	return d, err
}

// isStill reports whether the open file is the one seen, with the same owner and mode. It is an
// error if its contents have changed since.
func (d descriptor) isStill(seen fs.FileInfo) (same bool, err error) {
	var now syscall.Stat_t
	err = ignoringEINTR(func() error { return syscall.Fstat(int(d), &now) })
	was, ok := seen.Sys().(*syscall.Stat_t)
	if err != nil || !ok || now.Dev != was.Dev || now.Ino != was.Ino ||
		now.Mode != was.Mode || now.Uid != was.Uid || now.Gid != was.Gid {
		return false, nil
	}
	return true, sameState(seen, now.Size, time.Unix(now.Mtim.Unix()))
}

// link gives the finished file its name, in the way that open(2) describes (O_TMPFILE).
func (p *place) link(d descriptor) (linked bool, err error) {
	if !p.here.isKnown() {
		if err := checkClose(d); err != nil {
			return false, NewError("close", err)
		}
	}
	err = unix.Linkat(unix.AT_FDCWD, pathOf(d), int(p.here.self.Fd()), p.base, unix.AT_SYMLINK_FOLLOW)
	switch err {
	case nil:
		return true, nil
	case unix.EEXIST:
		p.here.occupied = true
	default:
		p.here.noUnnamed = true
	}
	return false, nil
}

// checkClose closes a duplicate of the descriptor, so that the file system reports failed writes.
// The file systems that isKnown knows do nothing then (they have no flush), and the last close
// reports nothing.
func checkClose(d descriptor) error {
	fd, err := unix.FcntlInt(d.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return err
	}
	return unix.Close(fd)
}
