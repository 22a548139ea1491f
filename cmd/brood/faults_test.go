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

// replacements change an installed program while brood runs.
var replacements = map[string]func(program string) error{
	"removed": os.Remove,
	"replaced": func(program string) error {
		if err := os.WriteFile(program+".new", []byte("#!/bin/false\n"), 0o755); err != nil {
			return err
		}
		return os.Rename(program+".new", program)
	},
}

// When one file cannot be copied, brood names it with the reason and copies the rest.
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
				t.Errorf("failed: %+v, want only small-2", failed)
			}
			p.without(t, "small-2")
			p.equal(t, "small-2")
		})
	}
}

// without removes a name from the destination, if it is there, and keeps the time of the folder.
func (p place) without(t *testing.T, name string) {
	t.Helper()
	info, err := os.Stat(p.dst)
	must(t, err)
	must(t, os.RemoveAll(p.dst+"/"+name))
	must(t, os.Chtimes(p.dst, info.ModTime(), info.ModTime()))
}

// A copy replaces a read-only file at the destination and fills read-only folders.
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

// nobody is the user ID for runs without root's rights.
const nobody = 65534

// asNobody calls spoil and then starts a copy of five small files as nobody.
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

// A file that is removed before its copy begins fails, and the others are copied.
func TestVanishedFile(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.big(t, 2)
	p.small(t, 5, 100)
	r := start(t, p, p.copySlowly("--jobs=1"))
	held := r.hold(1)
	// small-5 may be removed when the walk has listed it, as its last name. After the walk the run has two
	// descriptors of the source: one for itself, and one for its children.
	listed := func() bool {
		return len(slices.DeleteFunc(r.fileNames(), func(name string) bool { return name != p.src })) == 2
	}
	if !eventually(listed) {
		t.Errorf("the walk has not ended; open files: %q, want the source twice", r.fileNames())
	}
	must(t, os.Remove(p.src+"/small-5"))
	goOn(held)
	r.wants(1)
	r.says("no such file or directory")
	if failed := r.of(event.Failed); len(failed) != 1 || failed[0].File != "small-5" {
		t.Errorf("failed: %+v, want only small-5", failed)
	}
}

// fileNames returns the names of brood's open files.
func (r *run) fileNames() (names []string) {
	for _, name := range descriptors(r.pid) {
		names = append(names, name)
	}
	return names
}

// When the destination has too little room, brood says so before it copies anything.
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
		t.Errorf("copied %q, started %+v; want neither", files, r.of(event.Started))
	}
}

// When the disk fills up, the files that do not fit fail, and the others are copied.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.big(t, 1)
	p.small(t, 12, 3<<19) // after five, the room is less than one more needs
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
		t.Errorf("copied %q, want five small files among them", files)
	}
	wantFailure(r, "big-1", "allocate: no space left on device")
	for i := range 5 {
		if name := fmt.Sprintf("tiny-%d", i); !slices.Contains(files, name) {
			t.Errorf("%q is not copied, though it fits", name)
		}
	}
}

// wantFailure fails the test unless the record and the log have the failure of that file, for that reason.
func wantFailure(r *run, name, why string) {
	r.Helper()
	for _, e := range r.of(event.Failed) {
		if e.File == name && strings.Contains(e.Error, why) {
			r.says(fmt.Sprintf("file=%q error=", name))
			return
		}
	}
	r.Errorf("failed: %+v, want %q among them: %s; stderr:\n%s", r.of(event.Failed), name, why, r.stderr())
}

// mountSmall mounts a file system of 8 MiB at the destination.
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

// unmount unmounts as soon as no process uses the file system.
func unmount(t *testing.T, dir string) {
	t.Helper()
	var err error
	if !eventually(func() bool { err = syscall.Unmount(dir, 0); return err != syscall.EBUSY }) || err != nil {
		t.Errorf("umount %s: %v", dir, err)
	}
}
