package filecopy_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"brood/internal/digest"
	"brood/internal/filecopy"
)

// BenchmarkFile copies a file by each method, and with what more can be asked of a
// copy. Below 16 KiB all is read and written.
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
		method  filecopy.Method // "" for whichever it is
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

// newFileSystem is an ext4 that no other run has used; for who is not root it is the one of TMPDIR.
// Without a journal ext4 does not give the inode of a removed file to a new one for
// minutes, and steps over each of them, one by one: after 40,000 copies of 4 KiB, and
// their removal, the next run took more than 20 times as long for one. So nothing is
// removed between copies either.
func newFileSystem(b *testing.B) string {
	if os.Getuid() != 0 {
		return b.TempDir()
	}
	_, dir := mountImageOf(b, "ext4", 8<<10*mib) // the more, the more inodes; it is as large as it is full
	return dir
}

// shares tells whether the file system of a folder can share contents.
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

// copies are made of one file that has many names, so that each copy has a new one.
type copies struct {
	ends
	size   int64
	names  []string
	made   int    // copies in the present destination
	parent string // of all destinations
}

func newCopies(b testing.TB, src, dst string, size int) copies {
	const most, bytes = 1024, 256 * mib // names, and what the copies of all take
	c := copies{size: int64(size), parent: dst}
	c.ends = endsAt(b, newFolder(b, src), newFolder(b, dst))
	write(b, c.src, "file", noise(size), 0o644)
	syncFile(b, c.src, "file") // else the first reflink waits for that
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

// renew takes a new folder for the destination. (To rename over a file is slow on ext4,
// which then writes the new one out: auto_da_alloc in ext4(5).)
func (c *copies) renew(b testing.TB) {
	c.empty(b)
	must(b, c.dst.Close())
	c.dstPath = newFolder(b, c.parent)
	c.dst = openRoot(b, c.dstPath)
	c.made = 0
}

// empty makes room: the copies lose their contents, and keep their names.
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
