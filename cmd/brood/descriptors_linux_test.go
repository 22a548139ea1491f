package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"brood/internal/event"
)

// A shell may run: exec 9>lock; flock 9; exec brood copy …
// When brood is killed, the lock is free at once: the children that live on do not hold it.
func TestOrphansHoldNoLockOfTheCaller(t *testing.T) {
	p := newPlace(t)
	p.small(t, 2, 1<<20)
	cmd := p.copy("--jobs=2", "--bwlimit=8K")
	lock, err := os.Create(p.dir + "/lock")
	must(t, err)
	must(t, unix.Flock(int(lock.Fd()), unix.LOCK_EX))
	cmd.ExtraFiles = make([]*os.File, 7) // the last is descriptor 9
	cmd.ExtraFiles[6] = lock
	r := start(t, p, cmd)
	lock.Close()
	if !eventually(func() bool { return len(r.of(event.Started)) == 2 || r.over() }) {
		t.Fatalf("started: %+v, want two children; stderr:\n%s", r.of(event.Started), r.stderr())
	}
	again, err := os.Open(p.dir + "/lock")
	must(t, err)
	defer again.Close()
	if err := unix.Flock(int(again.Fd()), unix.LOCK_EX|unix.LOCK_NB); err == nil {
		t.Fatal("the lock is free while brood runs, want it held")
	}
	killAndWait(r)
	locked := eventually(func() bool {
		return len(p.alive()) == 0 || unix.Flock(int(again.Fd()), unix.LOCK_EX|unix.LOCK_NB) == nil
	})
	if left := p.alive(); !locked || len(left) == 0 {
		t.Errorf("lock free: %v while %q are alive; want it free and children alive", locked, left)
	}
}

// Arguments may name open files, as /dev/fd/N: brood and its children can open them.
func TestNamesOfDescriptors(t *testing.T) {
	for _, names := range []string{"/dev/fd", "/proc/self/fd"} {
		p := newPlace(t)
		p.small(t, 3, 1000)
		must(t, os.Mkdir(p.dst, 0o755))
		fd := func(n int) string { return fmt.Sprintf("%s/%d", names, n) }
		cmd := p.brood("copy", "--record", fd(20), "--report="+fd(21), "--", fd(22), fd(23)+"/below")
		cmd.ExtraFiles = make([]*os.File, 21)
		for n, name := range map[int]string{20: "record", 21: "report", 22: "src", 23: "dst"} {
			flags := os.O_RDONLY
			if n < 22 {
				flags = os.O_RDWR | os.O_CREATE
			}
			f, err := os.OpenFile(filepath.Join(p.dir, name), flags, 0o644)
			must(t, err)
			defer f.Close()
			cmd.ExtraFiles[n-3] = f
		}
		r := start(t, p, cmd)
		r.wants(0)
		p.dst += "/below"
		p.equal(t)
		if len(r.of(event.Copied)) != 3 || len(r.read("/report")) == 0 {
			t.Errorf("%s: the record has %+v and the report %d bytes; want 3 files copied and a report",
				names, r.events(), len(r.read("/report")))
		}
	}
}
