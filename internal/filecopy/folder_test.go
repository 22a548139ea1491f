package filecopy_test

import (
	"cmp"
	"io/fs"
	"runtime"
	"sync"
	"syscall"
	"testing"

	"brood/internal/filecopy"
)

const leftover = ".a.mov.0123abcd.brood"

func TestFolder(t *testing.T) {
	for _, tt := range []struct {
		name, folder string
		perm         fs.FileMode
		there        bool // the folder exists in the destination before
	}{
		{"made", "d", 0o750, false},
		{"made with its parents", "a/b/c/d", 0o755, false},
		{"read-only", "d", 0o555, false},
		{"without any bits", "d", 0, false},
		{"there already", "d", 0o711, true},
		{"the root", ".", 0o751, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := newEnds(t)
			must(t, e.src.MkdirAll(tt.folder, 0o700))
			if tt.there {
				must(t, e.dst.MkdirAll(tt.folder, 0o700))
				write(t, e.dst, tt.folder+"/"+leftover, nil, 0o600)
			}
			must(t, e.src.Chtimes(tt.folder, longAgo.Add(1), longAgo))
			must(t, e.src.Chmod(tt.folder, tt.perm))
			t.Cleanup(func() { e.src.Chmod(tt.folder, 0o700); e.dst.Chmod(tt.folder, 0o700) })
			must(t, e.folder(tt.folder))

			info, err := e.dst.Lstat(tt.folder)
			must(t, err)
			if info.Mode().Perm() != tt.perm && runtime.GOOS != "windows" {
				t.Errorf("mode %v; want %v", info.Mode(), tt.perm)
			}
			if !info.ModTime().Equal(longAgo) {
				t.Errorf("time %v; want %v", info.ModTime(), longAgo)
			}
			must(t, e.dst.Chmod(tt.folder, 0o700))
			wantNoTemporary(t, e.dst, tt.folder)
		})
	}
}

func TestFolderErrors(t *testing.T) {
	for _, tt := range []struct {
		name string
		make func(ends) error
		is   error
		text string
	}{
		{"missing", func(ends) error { return nil }, fs.ErrNotExist, "stat: no such file or directory"},
		{"source is a file", func(e ends) error {
			return e.src.WriteFile("d", nil, 0o600)
		}, syscall.ENOTDIR, "open folder: not a directory"},
		{"destination is a file", func(e ends) error {
			return cmp.Or(e.src.Mkdir("d", 0o700), e.dst.WriteFile("d", nil, 0o600))
		}, syscall.ENOTDIR, "open folder: not a directory"},
		{"destination dangles", func(e ends) error {
			return cmp.Or(e.src.Mkdir("d", 0o700), e.dst.Symlink("nowhere", "d"))
		}, fs.ErrNotExist, "open folder: no such file or directory"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := newEnds(t)
			must(t, tt.make(e))
			wantError(t, e.folder("d"), tt.is, tt.text)
		})
	}
}

func TestParentsMadeByManyAtOnce(t *testing.T) {
	e := newEnds(t)
	must(t, e.src.MkdirAll("a/b/c", 0o755))
	write(t, e.src, "a/b/c/f", noise(10), 0o644)
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			if _, err := e.copy("a/b/c/f", filecopy.Options{Overwrite: filecopy.Always}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	e.wantCopied(t, "a/b/c/f")
	wantOnly(t, e.dst, "a/b/c", "f")
}

func TestSweep(t *testing.T) {
	foreign := []string{
		".brood", "a.mov", ".a.mov.brood", ".a.mov.0123abcd", ".a.mov.0123ABCD.brood",
		".a.mov.0123abc.brood", ".a.movx0123abcd.brood", "a.mov.0123abcd.brood", "..0123abcd.brood",
	}
	e := newEnds(t)
	must(t, e.dst.Mkdir("d", 0o700))
	must(t, e.dst.Mkdir("d/.folder.0123abcd.brood", 0o700))
	for _, name := range foreign {
		write(t, e.dst, "d/"+name, nil, 0o600)
	}
	before := names(t, e.dst, "d")
	write(t, e.dst, "d/"+leftover, []byte("half"), 0o600)
	write(t, e.dst, "d/.\xff\n.ffffffff.brood", nil, 0o444)
	n, err := filecopy.Sweep(e.dst, "d")
	if n != 2 || err != nil {
		t.Errorf("removed %d, %v; want 2", n, err)
	}
	if after := names(t, e.dst, "d"); len(after) != len(before) {
		t.Errorf("names after the sweep %q; want %q", after, before)
	}
	if _, err := filecopy.Sweep(e.dst, "missing"); err == nil {
		t.Error("no error for a missing folder")
	}
}

// A Sweep does not remove a copy under way, even after its last block.
func TestSweepDuringCopy(t *testing.T) {
	e := newEnds(t)
	write(t, e.src, "f", noise(10), 0o644)
	_, err := e.copy("f", filecopy.Options{Progress: func(int64) {
		if n, err := filecopy.Sweep(e.dst, "."); n != 0 || err != nil {
			t.Errorf("removed %d, %v", n, err)
		}
	}})
	must(t, err)
	e.wantCopied(t, "f")
}

// Sweeps and copies run at the same time. No copy is lost, and no leftover stays.
func TestSweepRace(t *testing.T) {
	e := newEnds(t)
	write(t, e.src, "f", noise(10), 0o644)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 100 {
				if _, err := filecopy.Sweep(e.dst, "."); err != nil {
					t.Error(err)
				}
			}
		})
		all.Go(func() {
			for range 100 {
				if _, err := e.copy("f", filecopy.Options{Overwrite: filecopy.Always}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	e.wantCopied(t, "f")
	wantOnly(t, e.dst, ".", "f")
}
