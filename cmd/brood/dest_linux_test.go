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

// TestDestIsMadeOnce checks that one child makes the destination, and the folders above it, before the others start.
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
		t.Errorf("calls of mkdir: %v, want one for %s", made, p.dst)
	}
}

// TestDestIsNotMade checks that brood makes no destination for a dry run, or when no file matches.
func TestDestIsNotMade(t *testing.T) {
	for name, flags := range map[string][]string{"nothing matches": {"--include=*.mov"}, "a dry run": {"--dry-run"}} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			p.small(t, 2, 100)
			start(t, p, p.copy(flags...)).wants(0)
			if _, err := os.Lstat(p.dst); err == nil {
				t.Error("the destination exists, want none")
			}
		})
	}
}

// TestDestCannotBeMade checks that no child copies when the destination cannot be made, and that stderr has the
// reason.
func TestDestCannotBeMade(t *testing.T) {
	p := newPlace(t)
	p.small(t, 2, 100)
	p.dst = p.dir + "/new/" + strings.Repeat("n", unix.NAME_MAX+1)
	r := start(t, p, p.copy())
	r.wants(2)
	if !strings.Contains(r.stderr(), "file name too long") || len(r.of(event.Started)) > 0 {
		t.Errorf("started: %+v, want no child; stderr, want \"file name too long\":\n%s",
			r.of(event.Started), r.stderr())
	}
}

// TestFrozenAboveDest checks that brood ends when the file system of the destination hangs: only the child that makes
// the destination waits for it.
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
		t.Errorf("stderr lacks %q:\n%s", want, r.stderr())
	}
	f.set("-u")
	if !eventually(func() bool { return len(p.alive()) == 0 }) {
		t.Errorf("alive after the thaw: %q, want no process", p.alive())
	}
	if _, err := os.Lstat(p.dst + "/new/small-1"); err == nil {
		t.Error("small-1 is at the destination, want no copy")
	}
}

// TestStopWhileDestIsMade checks that Ctrl-C drains, terminates and kills, also before there is a destination.
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
		t.Fatalf("no child waits for the frozen file system; stderr:\n%s", r.stderr())
	}
	w := way{signal: syscall.SIGINT}
	w.ask(r, drains)
	w.ask(r, terminates)
	w.ask(r, kills)
	r.endsWith(130)
	f.set("-u")
	if _, err := os.Lstat(p.dst + "/new/small-1"); err == nil {
		t.Error("small-1 is at the destination, want no copy")
	}
}

// TestNewDestHasTheMode checks that a new destination has the mode of its source.
func TestNewDestHasTheMode(t *testing.T) {
	p := newPlace(t)
	must(t, os.Chmod(p.src, 0o710))
	start(t, p, p.copy()).wants(0) // of nothing
	info, err := os.Stat(p.dst)
	must(t, err)
	if info.Mode() != fs.ModeDir|0o710 {
		t.Errorf("mode %v, want %v", info.Mode(), fs.ModeDir|0o710)
	}
}
