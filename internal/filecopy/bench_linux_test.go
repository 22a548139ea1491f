package filecopy_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"brood/internal/digest"
	"brood/internal/filecopy"
)

// BenchmarkFile copies a file by each method, and with Hash and Durable. Files below 16 KiB are
// always read and written.
func BenchmarkFile(b *testing.B) {
	all, large := []int{4 << 10, mib, 64 * mib}, []int{mib, 64 * mib}
	dir := newFileSystem(b)
	here := func(testing.TB) (src, dst string) { return dir, dir }
	across := func(b testing.TB) (src, dst string) { return tempDirIn(b, "/dev/shm"), dir }
	sharing := func(b testing.TB) (src, dst string) {
		if shares(b, dir) {
			return dir, dir
		}
		disk := mountDisk(b, "xfs")
		return disk, disk
	}
	for _, row := range []struct {
		name    string
		between func(testing.TB) (src, dst string)
		sizes   []int
		method  filecopy.Method // "" for any
		opts    filecopy.Options
	}{
		{"reflink", sharing, large, filecopy.Reflink, filecopy.Options{}},
		{"copy_file_range", here, large, filecopy.CopyFileRange, filecopy.Options{}},
		{"read-write", across, all, filecopy.ReadWrite, filecopy.Options{}},
		{"hash", here, all, filecopy.ReadWrite, filecopy.Options{Hash: digest.XXH128}},
		{"durable", here, all, "", filecopy.Options{Durable: true}},
	} {
		b.Run(row.name, func(b *testing.B) {
			src, dst := row.between(b)
			for _, size := range row.sizes {
				b.Run(fmt.Sprintf("%dKiB", size>>10), func(b *testing.B) {
					benchmarkCopies(b, newCopies(b, src, dst, size), row.opts, row.method)
				})
			}
		})
	}
}

// newFileSystem returns a folder of a new ext4, or without root a folder of TMPDIR.
//
// An old file system would spoil the numbers. Without a journal, ext4 does not reuse the inode
// of a removed file for minutes, and skips all of these, one by one. After 40,000 copies of
// 4 KiB and their removal, a copy of the next run took more than 20 times as long. For the
// same reason the benchmark removes nothing between copies.
func newFileSystem(b *testing.B) string {
	if os.Getuid() != 0 {
		return b.TempDir()
	}
	_, dir := mountImageOf(b, "ext4", 8<<10*mib) // large, to have many inodes; the image is sparse
	return dir
}

// shares reports whether the file system of a folder supports reflinks.
func shares(b testing.TB, dir string) bool {
	c := newCopies(b, dir, dir, mib)
	res, err := c.copy(c.names[0], filecopy.Options{})
	must(b, err)
	return res.Method == filecopy.Reflink
}

func benchmarkCopies(b *testing.B, c copies, opts filecopy.Options, method filecopy.Method) {
	b.SetBytes(c.size)
	b.ReportAllocs()
	for b.Loop() {
		if c.made == len(c.names) {
			b.StopTimer()
			c.renew(b)
			b.StartTimer()
		}
		res, err := c.copy(c.names[c.made], opts)
		must(b, err)
		c.made++
		if method != "" && res.Method != method {
			b.Skipf("needs another file system: the method is %s here", res.Method)
		}
		if res.Bytes != c.size {
			b.Fatalf("%d bytes were copied, want %d", res.Bytes, c.size)
		}
	}
	c.empty(b)
}

// copies makes copies of one file that has many names, so that each copy gets a new name.
type copies struct {
	ends
	size   int64
	names  []string
	made   int    // number of copies in the current destination
	parent string // folder of all destinations
}

func newCopies(b testing.TB, src, dst string, size int) copies {
	const most, bytes = 1024, 256 * mib // limits for the names, and for the bytes of all copies
	c := copies{size: int64(size), parent: dst}
	c.ends = endsAt(b, newFolder(b, src), newFolder(b, dst))
	write(b, c.src, "file", noise(size), 0o644)
	syncFile(b, c.src, "file") // or the first reflink would wait for it
	for i := range min(most, bytes/size) {
		c.names = append(c.names, fmt.Sprint(i))
		must(b, c.src.Link("file", c.names[i]))
	}
	return c
}

func syncFile(b testing.TB, root *os.Root, name string) {
	b.Helper()
	f, err := root.Open(name)
	must(b, err)
	defer f.Close()
	must(b, f.Sync())
}

// renew makes a new folder the destination. (A rename over an existing file is slow on ext4, as
// it then writes the new file to the medium: auto_da_alloc in ext4(5).)
func (c *copies) renew(b testing.TB) {
	c.empty(b)
	must(b, c.dst.Close())
	c.dstPath = newFolder(b, c.parent)
	c.dst = openRoot(b, c.dstPath)
	c.made = 0
}

// empty makes room: it truncates the copies, and keeps their names.
func (c *copies) empty(b testing.TB) {
	for _, name := range c.names[:c.made] {
		must(b, os.Truncate(filepath.Join(c.dstPath, name), 0))
	}
}

func newFolder(b testing.TB, parent string) string {
	b.Helper()
	dir, err := os.MkdirTemp(parent, "")
	must(b, err)
	return dir
}
