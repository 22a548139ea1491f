//go:build linux

package main

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"brood/internal/filecopy"
)

var longAgo = time.Date(2001, 9, 9, 1, 46, 40, 123456789, time.UTC)

// bigSize is the size of a big file in bytes: large enough to catch a child in the middle of its copy.
const bigSize = 128 << 20

// big makes n big files, as n names of one file.
func (p place) big(t *testing.T, n int) {
	t.Helper()
	file, err := os.OpenFile(p.src+"/big-1", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o640)
	must(t, err)
	block := noise(1<<20, 1) // the race detector makes one buffer of bigSize expensive
	for range bigSize / len(block) {
		_, err = file.Write(block)
		must(t, err)
	}
	must(t, file.Close())
	must(t, os.Chtimes(p.src+"/big-1", longAgo, longAgo))
	for i := 2; i <= n; i++ {
		must(t, os.Link(p.src+"/big-1", fmt.Sprintf("%s/big-%d", p.src, i)))
	}
}

// small makes n files of size bytes, each with other contents.
func (p place) small(t *testing.T, n, size int) {
	t.Helper()
	for i := range n {
		must(t, os.WriteFile(fmt.Sprintf("%s/small-%d", p.src, i+1), noise(size, i), 0o644))
	}
}

// noise returns n random bytes, the same for the same seed.
func noise(n, seed int) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8)}).Read(b)
	return b
}

// tree holds what is in a folder at any depth. Names may be longer than the kernel lets a path be.
type tree struct {
	root *os.Root
	info map[string]fs.FileInfo
}

func readTree(t *testing.T, dir string) tree {
	t.Helper()
	root, err := os.OpenRoot(dir)
	must(t, err)
	t.Cleanup(func() { root.Close() })
	all := tree{root, map[string]fs.FileInfo{}}
	all.add(t, ".")
	return all
}

func (all tree) add(t *testing.T, name string) {
	t.Helper()
	info, err := all.root.Lstat(name)
	must(t, err)
	all.info[name] = info
	if !info.IsDir() {
		return
	}
	dir, err := all.root.Open(name)
	must(t, err)
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	must(t, err)
	for _, base := range names {
		all.add(t, path.Join(name, base))
	}
}

// equal fails the test unless the destination equals the source without the given names.
func (p place) equal(t *testing.T, without ...string) {
	t.Helper()
	src, dst := readTree(t, p.src), readTree(t, p.dst)
	for _, name := range without {
		delete(src.info, name)
	}
	for _, name := range slices.Sorted(maps.Keys(src.info)) {
		if dst.info[name] == nil {
			t.Errorf("%q is missing at the destination", name)
			continue
		}
		if difference := differ(src, dst, name); difference != "" {
			t.Errorf("%q: %s", name, difference)
		}
	}
	for name := range dst.info {
		if src.info[name] == nil {
			t.Errorf("%q is at the destination, and not in the source", name)
		}
	}
}

// complete fails the test unless each file of the destination is a whole copy, and none is a temporary. It returns the
// names of the files.
func (p place) complete(t *testing.T) (files []string) {
	t.Helper()
	if leftovers := p.leftovers(t); len(leftovers) > 0 {
		t.Errorf("temporaries left behind: %q", leftovers)
	}
	return p.wholeFiles(t)
}

// wholeFiles is complete, but ignores temporaries.
func (p place) wholeFiles(t *testing.T) (files []string) {
	t.Helper()
	src, dst := readTree(t, p.src), readTree(t, p.dst)
	for name, info := range dst.info {
		if info.IsDir() || filecopy.IsTemporary(path.Base(name)) {
			continue
		}
		files = append(files, name)
		if src.info[name] == nil {
			t.Errorf("%q is at the destination, and not in the source", name)
		} else if difference := differ(src, dst, name); difference != "" {
			t.Errorf("%q: %s", name, difference)
		}
	}
	slices.Sort(files)
	return files
}

// leftovers returns the names of temporaries at the destination.
func (p place) leftovers(t *testing.T) (names []string) {
	t.Helper()
	for name := range readTree(t, p.dst).info {
		if filecopy.IsTemporary(path.Base(name)) {
			names = append(names, name)
		}
	}
	return names
}

// differ describes how the destination of a name differs from its source, "" when it does not.
func differ(src, dst tree, name string) string {
	a, b := src.info[name], dst.info[name]
	switch {
	case a.Mode() != b.Mode():
		return fmt.Sprintf("mode %v, want %v", b.Mode(), a.Mode())
	case !a.ModTime().Equal(b.ModTime()):
		return fmt.Sprintf("time %v, want %v", b.ModTime(), a.ModTime())
	case a.Mode().Type() == fs.ModeSymlink:
		from, _ := src.root.Readlink(name)
		if to, err := dst.root.Readlink(name); to != from {
			return fmt.Sprintf("link to %q, %v, want %q", to, err, from)
		}
	case a.Mode().IsRegular():
		if a.Size() != b.Size() {
			return fmt.Sprintf("%d bytes, want %d", b.Size(), a.Size())
		}
		return differentContents(src, dst, name)
	}
	return ""
}

// differentContents is differ for the contents of two files of one size.
func differentContents(src, dst tree, name string) string {
	a, err := src.root.Open(name)
	if err != nil {
		return err.Error()
	}
	defer a.Close()
	b, err := dst.root.Open(name)
	if err != nil {
		return err.Error()
	}
	defer b.Close()
	x, y := make([]byte, 64<<10), make([]byte, 64<<10)
	for at := int64(0); ; at += int64(len(x)) {
		n, errX := readFull(a, x)
		m, errY := readFull(b, y)
		// bytes.Equal would call the race detector, too.
		if order := bytes.Compare(x[:n], y[:m]); order != 0 {
			return fmt.Sprintf("contents differ at byte %d or after", at)
		}
		if errX != nil || errY != nil {
			return strings.TrimPrefix(fmt.Sprint(errX), fmt.Sprint(errY))
		}
	}
}

// readFull reads until the buffer is full or the file ends. Tests compare gigabytes, so it calls the kernel directly:
// os.File.Read would tell the race detector of each buffer, which takes many times as long as the read itself.
func readFull(f *os.File, buffer []byte) (n int, err error) {
	for n < len(buffer) {
		rest := buffer[n:]
		got, _, errno := unix.Syscall(unix.SYS_READ, f.Fd(), uintptr(unsafe.Pointer(&rest[0])), uintptr(len(rest)))
		switch {
		case errno == unix.EINTR:
		case errno != 0:
			return n, errno
		case got == 0:
			return n, io.EOF
		default:
			n += int(got)
		}
	}
	return n, nil
}

// setLinkTime sets the time of a file, and of a symlink itself.
func setLinkTime(t *testing.T, name string, at time.Time) {
	t.Helper()
	time, err := unix.TimeToTimespec(at)
	must(t, err)
	must(t, unix.UtimesNanoAt(unix.AT_FDCWD, name, []unix.Timespec{time, time}, unix.AT_SYMLINK_NOFOLLOW))
}
