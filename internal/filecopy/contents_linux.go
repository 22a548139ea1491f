package filecopy

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

const (
	// kernelFrom is the size in bytes from which the kernel is asked to move
	// the contents. Below it, asking costs as much as reading and writing:
	// 16 KiB took 40 to 68 µs of kernel's work or 59 to 72 µs of ours, on
	// ext4 and xfs (BenchmarkFile, Linux 6.18, two cores).
	kernelFrom = 16 << 10

	// kernelPiece, in bytes, of one copy_file_range: nothing is reported
	// and no cancel is heard within one.
	kernelPiece = 16 << 20
)

func (c *contents) moveSized(ctx context.Context, size int64) error {
	// What is to be hashed has to be read anyway.
	byKernel := size >= kernelFrom && c.hash == nil
	if byKernel && c.proved == 0 && c.reflink() {
		return c.report(ctx, size)
	}
	if size > blockSize {
		// The kernel reads twice as far ahead then. Two at once, from ext4 on a disk of some 2 GB/s to
		// xfs, took 2.3 s for 2 GiB without it and 1.7 with it (medians of five alternating runs; cp 1.3).
		_ = unix.Fadvise(int(c.src.Fd()), 0, 0, unix.FADV_SEQUENTIAL)
	}
	byKernel = byKernel && kernelCopies()
	if mayHaveHoles(c.before) {
		return c.moveSegments(ctx, size, byKernel)
	}
	return c.moveSegment(ctx, c.proved, size, byKernel)
}

// reflink lets dst share all of src's extents. Why that failed doesn't
// matter: whatever stands in the way of the other methods, they report.
func (c *contents) reflink() bool {
	err := ignoringEINTR(func() error {
		return unix.IoctlFileClone(int(c.dst.Fd()), int(c.src.Fd()))
	})
	if err == nil {
		c.method = Reflink
	}
	return err == nil
}

// mayHaveHoles tells whether a file has fewer blocks than its size needs: holes,
// or compression.
func mayHaveHoles(info fs.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && st.Blocks*512 < info.Size()
}

// sizeIsUntrue tells, of a file that has just been read to its end, whether its size never
// was that of its contents. sysfs says 4096 of each file. A file that somebody made shorter
// has another size now: FORCE_SYNC asks the server of a network file system for it.
// Contents on a medium take blocks.
func sizeIsUntrue(f *os.File, before fs.FileInfo) bool {
	if st, ok := before.Sys().(*syscall.Stat_t); !ok || st.Blocks > 0 {
		return false
	}
	var now unix.Statx_t
	err := ignoringEINTR(func() error {
		return unix.Statx(int(f.Fd()), "", unix.AT_EMPTY_PATH|unix.AT_STATX_FORCE_SYNC, unix.STATX_SIZE, &now)
	})
	return err == nil && now.Size == uint64(before.Size())
}

// inHole tells whether f has nothing but a hole there.
func inHole(f *os.File, off, n int64) bool {
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

// hashZeros hashes a hole. One of terabytes takes minutes: it is reported like what is moved.
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

// nextData is the first segment of data in f from off on, cut at size. In a
// file system that knows no holes (EINVAL, EOPNOTSUPP) all the rest is data;
// for any other error too, as reading it gives the error.
func nextData(f *os.File, off, size int64) (start, end int64) {
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

// moveSegment moves the bytes from off to end: by the kernel as long as it is
// willing, the rest by hand.
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
		// 0 bytes are either src's end, which a read will find too, or a
		// file system like sysfs, where only reading gives the contents.
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

// allocateFrom is the size in bytes from which room is taken before anything is
// written: a disk that is too full is found at once then, and not after minutes.
// Less than a block is written, or not, in one call anyway.
const allocateFrom = blockSize

// allocate takes the room for size bytes at off, without a change of dst's size.
// Where the file system can't, writing finds out. On btrfs it isn't asked: what
// is allocated there is never compressed.
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

func onBtrfs(f *os.File) bool {
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

// unwilling tells whether a copy_file_range that failed with err is to be
// done by hand, rather than an error of the file. The cases are those of
// copy_file_range(2) and of Go's internal/poll.
func unwilling(err error) bool {
	switch err {
	case unix.ENOSYS, unix.EXDEV, unix.EINVAL, unix.EOPNOTSUPP, unix.EPERM, unix.ETXTBSY, unix.EBADF:
		return true
	}
	return false
}

// kernelCopies tells whether copy_file_range can be trusted: before 5.3 it
// took unsafe shortcuts (copy_file_range(2), BUGS).
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
