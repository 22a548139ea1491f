package filecopy

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"golang.org/x/sys/unix"
)

const (
	// kernelFrom is the least size, in bytes, of a file that the kernel copies. For
	// smaller files that costs as much as reading and writing. 16 KiB took the kernel
	// 40 to 68 µs and us 59 to 72 µs, on ext4 and xfs (BenchmarkFile, Linux 6.18, two
	// cores).
	kernelFrom = 16 << 10

	// kernelPiece is the most bytes of one copy_file_range. During one there is no
	// progress report, and a cancel has no effect.
	kernelPiece = 16 << 20
)

// moveSized moves the contents of a file with a size: by a reflink, by the kernel, or by reads
// and writes.
func (c *contents) moveSized(ctx context.Context, size int64) error {
	// A hash needs the bytes in our memory anyway.
	byKernel := size >= kernelFrom && c.hash == nil
	if byKernel && c.proved == 0 && c.reflink() {
		return c.report(ctx, size)
	}
	if size > blockSize {
		// This makes the kernel read twice as far ahead. Two copies at once of 2 GiB took 1.7 s with
		// it, and 2.3 s without, from ext4 on a disk of about 2 GB/s to xfs. (Medians of five
		// alternating runs; cp took 1.3 s.)
		_ = unix.Fadvise(int(c.src.Fd()), 0, 0, unix.FADV_SEQUENTIAL)
	}
	byKernel = byKernel && kernelCopies()
	if mayHaveHoles(c.before) {
		return c.moveSegments(ctx, size, byKernel)
	}
	return c.moveSegment(ctx, c.proved, size, byKernel)
}

// reflink makes dst share all of src's extents, and reports whether it could. The reason of
// a failure does not matter: if it affects the other methods, they report it.
func (c *contents) reflink() bool {
	err := ignoringEINTR(func() error {
		return unix.IoctlFileClone(int(c.dst.Fd()), int(c.src.Fd()))
	})
	if err == nil {
		c.method = Reflink
	}
	return err == nil
}

// mayHaveHoles reports whether a file has fewer blocks than its size needs. It then has
// holes, or is compressed.
func mayHaveHoles(info fs.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && st.Blocks*512 < info.Size()
}

// sizeIsUntrue reports whether the size of a file never was the size of its contents. Call it
// when the file has just been read to its end. sysfs shows the size 4096 for each file. A
// file that somebody shortened has a new size: FORCE_SYNC asks the server of a network file
// system for it. Contents on a medium take blocks, so a file with blocks has a true size.
func sizeIsUntrue(f file, before fs.FileInfo) bool {
	if st, ok := before.Sys().(*syscall.Stat_t); !ok || st.Blocks > 0 {
		return false
	}
	var now unix.Statx_t
	err := ignoringEINTR(func() error {
		return unix.Statx(int(f.Fd()), "", unix.AT_EMPTY_PATH|unix.AT_STATX_FORCE_SYNC, unix.STATX_SIZE, &now)
	})
	return err == nil && now.Size == uint64(before.Size())
}

// inHole reports whether the n bytes of f at off are a hole.
func inHole(f file, off, n int64) bool {
	start, err := f.Seek(off, unix.SEEK_DATA)
	return errors.Is(err, unix.ENXIO) || err == nil && start >= off+n
}

// moveSegments moves the data between the holes.
func (c *contents) moveSegments(ctx context.Context, size int64, byKernel bool) error {
	written := c.proved
	for written < size {
		start, end := nextData(c.src, written, size)
		if err := c.hashZeros(ctx, written, start); err != nil {
			return err
		}
		if start == size {
			break
		}
		if err := c.moveSegment(ctx, start, end, byKernel); err != nil {
			return err
		}
		written = end
	}
	if written == size {
		return nil
	}
	if err := c.dst.Truncate(size); err != nil {
		return NewError("truncate", err)
	}
	return c.report(ctx, size)
}

var zeros [64 << 10]byte

// hashZeros hashes the zeros of a hole. A hole of terabytes takes minutes, so hashZeros
// reports progress.
func (c *contents) hashZeros(ctx context.Context, off, end int64) error {
	for c.hash != nil && off < end {
		some := zeros[:min(end-off, int64(len(zeros)))]
		c.hash.Write(some)
		off += int64(len(some))
		if off/kernelPiece != (off-int64(len(some)))/kernelPiece {
			if err := c.report(ctx, off); err != nil {
				return err
			}
		}
	}
	return nil
}

// nextData returns the first segment of data in f from off on, cut at size. If the file
// system knows no holes (EINVAL, EOPNOTSUPP), all the rest is data. So it is after any other
// error, as a read will return that error.
func nextData(f file, off, size int64) (start, end int64) {
	start, err := f.Seek(off, unix.SEEK_DATA)
	if errors.Is(err, unix.ENXIO) {
		return size, size
	}
	if err != nil {
		return off, size
	}
	end, err = f.Seek(start, unix.SEEK_HOLE)
	if err != nil {
		end = size
	}
	return min(start, size), min(end, size)
}

// moveSegment moves the bytes from off to end. The kernel moves as many as it is willing to,
// and readWrite moves the rest.
func (c *contents) moveSegment(ctx context.Context, off, end int64, byKernel bool) error {
	if err := c.allocate(off, end-off); err != nil {
		return err
	}
	for byKernel && off < end {
		limit, err := c.gate.pass(ctx, off, min(kernelPiece, end-off))
		if err != nil {
			return err
		}
		n, err := c.copyFileRange(off, limit)
		if err != nil && !unwilling(err) {
			return NewError("copy_file_range", err)
		}
		c.gate.back(limit - int64(max(n, 0)))
		// 0 bytes mean src's end, which a read will find too, or a file
		// system like sysfs, where only a read gives the contents.
		if err != nil || n == 0 {
			break
		}
		c.method = CopyFileRange
		off += int64(n)
		if err := c.report(ctx, off); err != nil {
			return err
		}
	}
	if off == end {
		return nil
	}
	return c.readWrite(ctx, off, end)
}

// allocateFrom is the least size, in bytes, of a segment that gets its room before the first
// write. So a copy to a full disk fails at once, and not after minutes. A smaller segment takes
// one write, which fails at once anyway.
const allocateFrom = blockSize

// allocate takes room for size bytes at off, and leaves dst's size as it is. If the file
// system cannot allocate, that is no error. allocate does nothing on btrfs, which never
// compresses allocated room.
func (c *contents) allocate(off, size int64) error {
	if size < allocateFrom || onBtrfs(c.dst) {
		return nil
	}
	err := ignoringEINTR(func() error {
		return unix.Fallocate(int(c.dst.Fd()), unix.FALLOC_FL_KEEP_SIZE, off, size)
	})
	switch err {
	case unix.ENOSPC, unix.EDQUOT, unix.EFBIG, unix.EIO:
		return NewError("allocate", err)
	}
	return nil
}

func onBtrfs(f file) bool {
	var st unix.Statfs_t
	return unix.Fstatfs(int(f.Fd()), &st) == nil && st.Type == unix.BTRFS_SUPER_MAGIC
}

func (c *contents) copyFileRange(off, limit int64) (n int, err error) {
	from, to := off, off
	err = ignoringEINTR(func() error {
		n, err = unix.CopyFileRange(int(c.src.Fd()), &from, int(c.dst.Fd()), &to, int(limit), 0)
		return err
	})
	return n, err
}

// unwilling reports whether the error err of copy_file_range only means that we must read and
// write ourselves. Any other error is an error of the file. The list comes from
// copy_file_range(2) and from Go's internal/poll.
func unwilling(err error) bool {
	switch err {
	case unix.ENOSYS, unix.EXDEV, unix.EINVAL, unix.EOPNOTSUPP, unix.EPERM, unix.ETXTBSY, unix.EBADF:
		return true
	}
	return false
}

// kernelCopies reports whether copy_file_range is reliable. Before Linux 5.3 it took unsafe
// shortcuts (copy_file_range(2), BUGS).
func kernelCopies() bool {
	var name unix.Utsname
	var major, minor int
	if err := unix.Uname(&name); err != nil {
		return false
	}
	if _, err := fmt.Fscanf(bytes.NewReader(name.Release[:]), "%d.%d", &major, &minor); err != nil {
		return false
	}
	return major > 5 || major == 5 && minor >= 3
}
