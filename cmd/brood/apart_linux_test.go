package main

import (
	"os"
	"strings"
	"syscall"
	"testing"

	"brood/internal/event"
)

// brood refuses to copy a folder into itself, also when the destination is a bind mount of a folder in the source. It
// writes nothing.
func TestIntoItselfByAMount(t *testing.T) {
	p := newPlace(t)
	p.small(t, 2, 10)
	must(t, os.MkdirAll(p.src+"/a/b", 0o755))
	p.bind(t, p.src+"/a/b")
	p.dst += "/new"
	r := start(t, p, p.copy())
	r.wants(2)
	r.says("is inside source")
	if entries, err := os.ReadDir(p.src + "/a/b"); err != nil || len(entries) > 0 {
		t.Errorf("the source has %v in a/b, %v; want nothing", entries, err)
	}
}

// When the source is a folder in the destination, no copy replaces a file of the source, also when the source is given
// as a bind mount.
func TestNotOntoItsSource(t *testing.T) {
	for _, mounted := range []bool{false, true} {
		p := newPlace(t)
		whole := p.src
		must(t, os.MkdirAll(whole+"/s/s", 0o755))
		must(t, os.WriteFile(whole+"/s/f", []byte("the file"), 0o644))
		must(t, os.WriteFile(whole+"/s/s/f", []byte("another"), 0o644))
		p.src += "/s"
		if mounted {
			p.bind(t, p.src)
			p.src = p.dst
		}
		p.dst = whole
		r := start(t, p, p.copy("--jobs=1", "--overwrite=always"))
		r.wants(1)
		failed := r.of(event.Failed)
		if len(failed) != 1 || failed[0].File != "s" || !strings.Contains(failed[0].Error, "written over") {
			t.Errorf("failed: %+v, want only the folder s, for being written over", failed)
		}
		for _, name := range []string{"/s/f", "/f"} {
			if got, err := os.ReadFile(whole + name); string(got) != "the file" {
				t.Errorf("mounted %v: %s is %q, %v; want \"the file\"", mounted, name, got, err)
			}
		}
	}
}

// bind mounts the folder at the destination, too, for the length of the test.
func (p place) bind(t *testing.T, folder string) {
	t.Helper()
	needsRoot(t, "to mount")
	must(t, os.Mkdir(p.dst, 0o755))
	if err := syscall.Mount(folder, p.dst, "", syscall.MS_BIND, ""); err != nil {
		t.Skipf("needs root: mount: %v", err)
	}
	at := p.dst
	t.Cleanup(func() {
		p.endAll()
		unmount(t, at)
	})
}
