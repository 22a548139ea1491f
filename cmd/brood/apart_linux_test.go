package main

import (
	"os"
	"strings"
	"syscall"
	"testing"

	"brood/internal/event"
)

// A destination that is a folder of the source, mounted elsewhere, is refused before anything is written.
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
		t.Errorf("in the source: %v, %v; want nothing", entries, err)
	}
}

// Of a source that is a folder of the destination, mounted elsewhere or not, no file is
// written over by another one.
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
		if failed := r.of(event.Failed); len(failed) != 1 || failed[0].File != "s" || !strings.Contains(failed[0].Error, "written over") {
			t.Errorf("failed: %+v", failed)
		}
		for _, name := range []string{"/s/f", "/f"} {
			if got, err := os.ReadFile(whole + name); string(got) != "the file" {
				t.Errorf("mounted %v: %s is %q, %v", mounted, name, got, err)
			}
		}
	}
}

// bind mounts a folder at the destination.
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
