package main

import (
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"brood/internal/event"
	"brood/internal/testenv"
)

// TestDestIsMadeOnce: by one child, whatever comes after it.
func TestDestIsMadeOnce(t *testing.T) {
	p := newPlace(t)
	p.small(t, 8, 100)
	p.dst += "/in/new"
	r := start(t, p, p.traced(t, []string{"-e", "trace=mkdirat,mkdir"}, "copy", "--jobs=4", p.src, p.dst))
	r.wants(0)
	p.equal(t)
	made := map[string]int{}
	for _, c := range p.calls(t) {
		for _, object := range c.objects() {
			made[object]++
		}
	}
	if made[p.dst] != 1 || made[p.dir+"/dst"] > 2 {
		t.Errorf("made: %v", made)
	}
}

// TestDestIsNotMade: where there is nothing to do, or nothing is to be done.
func TestDestIsNotMade(t *testing.T) {
	for name, flags := range map[string][]string{"nothing matches": {"--include=*.mov"}, "a dry run": {"--dry-run"}} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			p.small(t, 2, 100)
			start(t, p, p.copy(flags...)).wants(0)
			if _, err := os.Lstat(p.dst); err == nil {
				t.Error("it was made")
			}
		})
	}
}

// TestDestCannotBeMade: nothing is begun, and one error says why.
func TestDestCannotBeMade(t *testing.T) {
	p := newPlace(t)
	p.small(t, 2, 100)
	p.dst = p.dir + "/new/" + strings.Repeat("n", unix.NAME_MAX+1)
	r := start(t, p, p.copy())
	r.wants(2)
	if !strings.Contains(r.stderr(), "file name too long") || len(r.of(event.Started)) > 0 {
		t.Errorf("it says:\n%s", r.stderr())
	}
}

// TestFrozenAboveDest: a file system that hangs while the destination is made on it holds a
// child, and not the parent.
func TestFrozenAboveDest(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	p := newPlace(t)
	p.small(t, 2, 100)
	f := newFreezer(t, p, p.dst)
	f.set("-f")
	r := start(t, p, p.brood("copy", "--stall=2s", "--record", p.dir+"/record", p.src, p.dst+"/new"))
	r.endsWith(2)
	if want := fmt.Sprintf("dest %q: stalled: no progress for 2s", p.dst+"/new"); !strings.Contains(r.stderr(), want) {
		t.Errorf("it says:\n%s", r.stderr())
	}
	f.set("-u")
	if !eventually(func() bool { return len(p.alive()) == 0 }) {
		t.Errorf("alive: %q", p.alive())
	}
	if _, err := os.Lstat(p.dst + "/new/small-1"); err == nil {
		t.Error("files were copied")
	}
}

// TestStopWhileDestIsMade: the ladder of signals is there before there is a destination.
func TestStopWhileDestIsMade(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	p := newPlace(t)
	p.small(t, 2, 100)
	f := newFreezer(t, p, p.dst)
	f.set("-f")
	r := start(t, p, p.brood("copy", "--record", p.dir+"/record", p.src, p.dst+"/new"))
	if !eventually(func() bool {
		return slices.ContainsFunc(childrenOf(r.pid), func(pid int) bool {
			return slices.Contains(argv(pid), "make") && strings.Contains(threads(pid), "D")
		})
	}) {
		t.Fatalf("no child is frozen; it says:\n%s", r.stderr())
	}
	w := way{signal: syscall.SIGINT}
	w.ask(r, drains)
	w.ask(r, terminates)
	w.ask(r, kills)
	r.endsWith(130)
	f.set("-u")
	if _, err := os.Lstat(p.dst + "/new/small-1"); err == nil {
		t.Error("files were copied")
	}
}

// TestNewDestHasTheMode: a new destination has its source's mode at the end.
func TestNewDestHasTheMode(t *testing.T) {
	p := newPlace(t)
	must(t, os.Chmod(p.src, 0o710))
	start(t, p, p.copy()).wants(0) // of nothing
	info, err := os.Stat(p.dst)
	must(t, err)
	if info.Mode() != fs.ModeDir|0o710 {
		t.Errorf("mode %v", info.Mode())
	}
}
