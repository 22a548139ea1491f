//go:build linux

package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"brood/internal/event"
)

// replacements are what happens to an installed program.
var replacements = map[string]func(program string) error{
	"removed": os.Remove,
	"replaced": func(program string) error {
		if err := os.WriteFile(program+".new", []byte("#!/bin/false\n"), 0o755); err != nil {
			return err
		}
		return os.Rename(program+".new", program)
	},
}

// One file that cannot be copied is named, and the rest is copied.
func TestOneFileFails(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(*testing.T, place)
		words string
	}{
		"unreadable": {func(t *testing.T, p place) {
			must(t, os.Chmod(p.src+"/small-2", 0))
			must(t, os.Lchown(p.src+"/small-2", 0, 0))
		}, "permission denied"},
		"a folder in its place": {func(t *testing.T, p place) {
			must(t, os.MkdirAll(p.dst+"/small-2", 0o755))
			must(t, os.Lchown(p.dst, nobody, nobody))
		}, "is a directory"},
	} {
		t.Run(name, func(t *testing.T) {
			p, r := asNobody(t, c.spoil)
			r.wants(1)
			r.says(fmt.Sprintf("file=%q error=", "small-2"))
			r.says(c.words)
			if failed := r.of(event.Failed); len(failed) != 1 || failed[0].File != "small-2" {
				t.Errorf("failed: %+v", failed)
			}
			p.without(t, "small-2")
			p.equal(t, "small-2")
		})
	}
}

// without removes a name from the destination, where it may be what the test has put there.
func (p place) without(t *testing.T, name string) {
	t.Helper()
	info, err := os.Stat(p.dst)
	must(t, err)
	must(t, os.RemoveAll(p.dst+"/"+name))
	must(t, os.Chtimes(p.dst, info.ModTime(), info.ModTime()))
}

// A read-only file at the destination, and read-only folders, are no hindrance.
func TestReadOnlyDestination(t *testing.T) {
	t.Parallel()
	p, r := asNobody(t, func(t *testing.T, p place) {
		must(t, os.Mkdir(p.src+"/closed", 0o755))
		must(t, os.WriteFile(p.src+"/closed/file", []byte("x"), 0o444))
		must(t, os.Chmod(p.src+"/closed", 0o555))
		must(t, os.Mkdir(p.dst, 0o755))
		must(t, os.WriteFile(p.dst+"/small-2", []byte("old"), 0o444))
		must(t, os.Lchown(p.dst+"/small-2", nobody, nobody))
		must(t, os.Lchown(p.dst, nobody, nobody))
	})
	r.wants(0)
	p.equal(t)
}

// nobody is the user of runs without root's rights.
const nobody = 65534

// asNobody starts a copy of some small files as nobody, after spoil has had its way.
func asNobody(t *testing.T, spoil func(*testing.T, place)) (place, *run) {
	t.Helper()
	needsRoot(t, "to be another user than root")
	p := newPlace(t)
	p.small(t, 5, 20_000)
	spoil(t, p)
	cmd := p.copy()
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	return p, start(t, p, cmd)
}

// A file that is gone when its turn comes fails alone.
func TestVanishedFile(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.big(t, 2)
	p.small(t, 5, 100)
	r := start(t, p, p.copySlowly("--jobs=1"))
	held := r.hold(1)
	// The walk is ahead of the children, and small-5 is its last. The run keeps two descriptors of
	// the source: one for itself, and one for its children.
	listed := func() bool {
		return len(slices.DeleteFunc(r.fileNames(), func(name string) bool { return name != p.src })) == 2
	}
	if !eventually(listed) {
		t.Errorf("the walk does not end; open: %q", r.fileNames())
	}
	must(t, os.Remove(p.src+"/small-5"))
	goOn(held)
	r.wants(1)
	r.says("no such file or directory")
	if failed := r.of(event.Failed); len(failed) != 1 || failed[0].File != "small-5" {
		t.Errorf("failed: %+v", failed)
	}
}

// fileNames are the names of brood's open files.
func (r *run) fileNames() (names []string) {
	for _, name := range descriptors(r.pid) {
		names = append(names, name)
	}
	return names
}

// Too little room is an error before the first byte.
func TestDiskTooSmall(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.small(t, 20, 1<<20)
	mountSmall(t, p)
	r := start(t, p, p.copy())
	r.wants(2)
	r.says(fmt.Sprintf("dest %q: needs 20971520 bytes, has 8388608", p.dst))
	r.says("--force copies what fits")
	if files := p.complete(t); len(files) > 0 || len(r.of(event.Started)) > 0 {
		t.Errorf("copied all the same: %q", files)
	}
}

// A disk that fills up costs the files that do not fit, and no others.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.big(t, 1)
	p.small(t, 12, 3<<19) // five of them leave room for less than one more
	for i := range 5 {
		must(t, os.WriteFile(fmt.Sprintf("%s/tiny-%d", p.src, i), noise(100, i), 0o644))
	}
	mountSmall(t, p)
	r := start(t, p, p.copy("--force"))
	r.wants(1)
	files := p.complete(t)
	small := 0
	for i := range 12 {
		name := fmt.Sprintf("small-%d", i+1)
		if slices.Contains(files, name) {
			small++
		} else {
			wantFailure(r, name, "no space left on device")
		}
	}
	if small != 5 {
		t.Errorf("copied: %q", files)
	}
	wantFailure(r, "big-1", "allocate: no space left on device")
	for i := range 5 {
		if name := fmt.Sprintf("tiny-%d", i); !slices.Contains(files, name) {
			t.Errorf("%q would still fit", name)
		}
	}
}

func wantFailure(r *run, name, why string) {
	r.Helper()
	for _, e := range r.of(event.Failed) {
		if e.File == name && strings.Contains(e.Error, why) {
			r.says(fmt.Sprintf("file=%q error=", name))
			return
		}
	}
	r.Errorf("%q is missing, and not said to be for %q; it says:\n%s", name, why, r.stderr())
}

// mountSmall makes the destination a file system of 8 MiB.
func mountSmall(t *testing.T, p place) {
	t.Helper()
	needsRoot(t, "to mount a small file system")
	must(t, os.Mkdir(p.dst, 0o755))
	if err := syscall.Mount("tmpfs", p.dst, "tmpfs", 0, "size=8m"); err != nil {
		t.Skipf("needs root: mount: %v", err)
	}
	t.Cleanup(func() {
		p.endAll()
		unmount(t, p.dst)
	})
}

// unmount waits until nobody uses it any more.
func unmount(t *testing.T, dir string) {
	t.Helper()
	var err error
	if !eventually(func() bool { err = syscall.Unmount(dir, 0); return err != syscall.EBUSY }) || err != nil {
		t.Errorf("umount %s: %v", dir, err)
	}
}
