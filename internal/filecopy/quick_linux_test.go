package filecopy_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"testing"

	"brood/internal/filecopy"
)

// A small copy has no name before it is whole, so a killed copy leaves nothing. A default ACL of
// the folder lets nobody into it.
func TestSmallFileIsUnnamedUntilItIsWhole(t *testing.T) {
	for _, size := range []int{1, 10, namedSize - 1} {
		for how, opts := range map[string]filecopy.Options{"plain": {}, "archive": archived} {
			t.Run(fmt.Sprint(how, " ", size), func(t *testing.T) {
				e := newEnds(t)
				setACL(t, "default:user:1234:rwx", e.dstPath)
				write(t, e.src, "f", noise(size), 0o640)
				looked := false
				opts.Progress = func(int64) {
					looked = true
					wantOnly(t, e.dst, ".")
				}
				_, err := e.copy("f", opts)
				must(t, err)
				e.wantCopied(t, "f")
				wantNoACL(t, e.dstPath, "f")
				if !looked {
					t.Error("the copy reported no progress")
				}
			})
		}
	}
}

// Another file takes the name during a small copy. Overwrite decides, as for a large copy.
func TestSmallFileWhoseNameIsTaken(t *testing.T) {
	for overwrite, want := range map[filecopy.Overwrite]string{
		filecopy.Changed: "new", filecopy.Always: "new", filecopy.Never: "theirs",
	} {
		t.Run(string(overwrite), func(t *testing.T) {
			e := newEnds(t)
			write(t, e.src, "f", []byte("new"), 0o600)
			res, err := e.copy("f", filecopy.Options{Overwrite: overwrite, Progress: func(int64) {
				_ = e.dst.WriteFile("f", []byte("theirs"), 0o600)
			}})
			must(t, err)
			if got, _ := e.dst.ReadFile("f"); string(got) != want || res.Skipped != (want == "theirs") {
				t.Errorf("%q, %+v; want %q", got, res, want)
			}
			wantOnly(t, e.dst, ".", "f")
		})
	}
}

// A Copier does not look for the second file of a folder before it copies it. Overwrite decides about
// a file that is there, as about the first.
func TestSmallFileThatIsThere(t *testing.T) {
	for _, tt := range []struct {
		name      string
		overwrite filecopy.Overwrite
		there     func(*testing.T, ends)
		skipped   bool
		text      string
	}{
		{"other", filecopy.Changed, func(t *testing.T, e ends) { write(t, e.dst, "2", []byte("other"), 0o600) }, false, ""},
		{"same", filecopy.Changed, func(t *testing.T, e ends) { e.mustCopy(t, "2") }, true, ""},
		{"other", filecopy.Never, func(t *testing.T, e ends) { write(t, e.dst, "2", []byte("other"), 0o600) }, true, ""},
		{"same", filecopy.Always, func(t *testing.T, e ends) { e.mustCopy(t, "2") }, false, ""},
		{"link", filecopy.Changed, func(t *testing.T, e ends) { must(t, e.dst.Symlink("1", "2")) }, false, ""},
		{"folder", filecopy.Always, func(t *testing.T, e ends) { must(t, e.dst.Mkdir("2", 0o700)) }, false,
			"rename: is a directory"},
	} {
		t.Run(fmt.Sprint(tt.name, " ", tt.overwrite), func(t *testing.T) {
			e := newEnds(t)
			c := filecopy.NewCopier(e.src, e.dst)
			defer c.Close()
			for _, name := range []string{"1", "2", "3", "4"} {
				write(t, e.src, name, []byte("ours "+name), 0o640)
			}
			tt.there(t, e)
			before := stat(t, e.dst, "2").Ino
			for _, name := range []string{"1", "2", "3", "4"} {
				seen, err := c.Lstat(name)
				must(t, err)
				res, err := c.File(context.Background(), name, seen, filecopy.Options{Overwrite: tt.overwrite})
				if name != "2" {
					must(t, err)
					e.wantCopied(t, name)
					continue
				}
				if tt.text != "" {
					wantError(t, err, nil, tt.text)
					continue
				}
				must(t, err)
				if kept := stat(t, e.dst, "2").Ino == before; res.Skipped != tt.skipped || kept != tt.skipped {
					t.Errorf("%+v, the file is kept: %v; want %v", res, kept, tt.skipped)
				}
				if !tt.skipped {
					e.wantCopied(t, name)
				}
			}
		})
	}
}

// Another file takes the place of a small file after the look at it. Size and times are the same.
// Its contents reach no copy, and a mode that has changed holds for the copy.
func TestSmallFileReplacedAfterTheLook(t *testing.T) {
	const changed = "changed while it was opened"
	for _, tt := range []struct {
		name    string
		replace func(*testing.T, ends)
		text    string
	}{
		{"by a file", func(t *testing.T, e ends) { write(t, e.src, "f", noise(10), 0o640) }, changed},
		{"by a link", func(t *testing.T, e ends) { must(t, e.src.Symlink("first", "f")) }, changed},
		{"by a folder", func(t *testing.T, e ends) { must(t, e.src.Mkdir("f", 0o700)) }, changed},
		{"by a FIFO", func(t *testing.T, e ends) { fifo(t, e.srcPath+"/f") }, changed},
		{"by itself", func(t *testing.T, e ends) { must(t, e.src.Link("kept", "f")) }, ""},
		{"by itself, with another mode", func(t *testing.T, e ends) {
			must(t, e.src.Chmod("kept", 0o600))
			must(t, e.src.Link("kept", "f"))
		}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := newEnds(t)
			c := filecopy.NewCopier(e.src, e.dst)
			defer c.Close()
			write(t, e.src, "first", noise(10), 0o640)
			write(t, e.src, "f", noise(10), 0o640)
			for _, name := range []string{"first", "f"} {
				seen, err := c.Lstat(name)
				must(t, err)
				if name == "f" {
					must(t, e.src.Rename("f", "kept")) // or the next file might get its inode number
					tt.replace(t, e)
				}
				_, err = c.File(context.Background(), name, seen, filecopy.Options{})
				if name == "f" && tt.text != "" {
					wantError(t, err, nil, tt.text)
					wantOnly(t, e.dst, ".", "first")
					continue
				}
				must(t, err)
				e.wantCopied(t, name)
			}
		})
	}
}

// A Copier keeps the folder of the last file open, and copies names in any order. It makes a
// folder again that somebody removed. After Close no descriptor is left.
func TestCopierKeepsTheFolder(t *testing.T) {
	e := newEnds(t)
	before := descriptors(t)
	c := filecopy.NewCopier(e.src, e.dst)
	must(t, e.src.MkdirAll("a/b", 0o700))
	copyNow := func(name string) {
		t.Helper()
		write(t, e.src, name, noise(10), 0o600)
		info, err := c.Lstat(name)
		must(t, err)
		_, err = c.File(context.Background(), name, info, filecopy.Options{})
		must(t, err)
		e.wantCopied(t, name)
	}
	for _, name := range []string{"1", "a/1", "a/2", "a/b/1", "2", "a/b/2", "a/b/3"} {
		copyNow(name)
	}
	must(t, e.dst.RemoveAll("a"))
	copyNow("a/b/4")
	wantOnly(t, e.dst, "a/b", "4")
	write(t, e.src, "a/b/5", noise(10), 0o600)
	info, err := c.Lstat("a/b/5")
	must(t, err)
	must(t, e.src.Remove("a/b/5"))
	if _, err := c.File(context.Background(), "a/b/5", info, filecopy.Options{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error of a missing file: %v", err)
	}
	c.Close()
	if after := descriptors(t); after != before {
		t.Errorf("%d descriptors are open, %d before", after, before)
	}
}

// A Copier uses the same buffer for all its files. The bytes of one file do not show in another.
func TestCopierKeepsItsBuffer(t *testing.T) {
	e := newEnds(t)
	c := filecopy.NewCopier(e.src, e.dst)
	defer c.Close()
	const files, size = 50, 10_000
	var before, after runtime.MemStats
	for n := range files {
		name := fmt.Sprint(n)
		write(t, e.src, name, noise(size+n*200*(1-n%2*2)), 0o600) // longer and shorter by turns
	}
	runtime.ReadMemStats(&before)
	for n := range files {
		info, err := c.Lstat(fmt.Sprint(n))
		must(t, err)
		_, err = c.File(context.Background(), fmt.Sprint(n), info, filecopy.Options{})
		must(t, err)
	}
	runtime.ReadMemStats(&after)
	if each := (after.TotalAlloc - before.TotalAlloc) / files; each > size/2 {
		t.Errorf("%d bytes of new memory for each file of %d bytes", each, size)
	}
	for n := range files {
		e.wantCopied(t, fmt.Sprint(n))
	}
}
