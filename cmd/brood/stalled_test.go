//go:build linux

package main

import (
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"brood/internal/event"
	"brood/internal/testenv"
)

// A child that does not go on costs its file; it is killed, and leaves nothing.
func TestStalledChild(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	for _, c := range []struct {
		name  string
		flags []string
		why   string
	}{
		{"stall", []string{"--stall=2s"}, "stalled: no progress for 2s"},
		{"timeout", []string{"--timeout=2s", "--stall=0"}, "stalled: not done after 2s"},
		{"several files in it", []string{"--stall=2s", "--per-child=9"}, "stalled: no progress for 2s"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			p.big(t, 1)
			p.small(t, 5, 3000)
			r := start(t, p, p.copySlowly(c.flags...))
			held := r.hold(1)[0]
			r.wants(1)
			p.equal(t, "big-1")
			wantFailure(r, "big-1", c.why)
			stalled := r.of(event.Stalled)
			if len(stalled) != 1 || stalled[0].PID != held.pid || stalled[0].File != "big-1" || stalled[0].State != "T" {
				t.Errorf("stalled: %+v, want the stopped child %d", stalled, held.pid)
			}
			if exit := r.exitOf(held.pid); exit.Signal != "SIGKILL" {
				t.Errorf("its end: %+v, want SIGKILL: it is stopped", exit)
			}
			if left := p.leftovers(t); len(left) > 0 {
				t.Errorf("left behind: %q", left)
			}
		})
	}
}

// exitOf is how a child has ended.
func (r *run) exitOf(pid int) event.Event {
	for _, e := range r.of(event.Exited) {
		if e.PID == pid {
			return e
		}
	}
	return event.Event{}
}

// What may pass is tried again, by another child.
func TestTriedAgain(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	for name, c := range map[string]struct {
		do      func(child)
		because string
	}{
		"a stall":        {func(child) {}, "stalled: no progress for 2s"},
		"a killed child": {func(c child) { c.signal(syscall.SIGKILL) }, "its process was ended by SIGKILL"},
		"a terminated child": {func(c child) {
			c.signal(syscall.SIGTERM)
			c.signal(syscall.SIGCONT)
		}, "its process was ended by SIGTERM"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			p.big(t, 2)
			r := start(t, p, p.copySlowly("--stall=2s", "--retries=1", "--jobs=1"))
			held := r.hold(1)[0]
			c.do(held)
			r.wants(0)
			p.equal(t)
			retried := r.of(event.Retried)
			if len(retried) != 1 || retried[0].PID != held.pid || retried[0].Attempt != 1 || retried[0].Error != c.because || retried[0].Delay < 0.4 {
				t.Errorf("retried: %+v", retried)
			}
			if left := p.leftovers(t); len(left) > 0 {
				t.Errorf("left behind: %q", left)
			}
		})
	}
}

// A child that crashes is not started again for the same file.
func TestCrashIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	for _, sig := range []syscall.Signal{syscall.SIGSEGV, syscall.SIGBUS, syscall.SIGABRT} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			p.big(t, 1)
			p.small(t, 5, 3000)
			r := start(t, p, p.copySlowly("--retries=3", "--per-child=9"))
			held := r.hold(1)[0]
			held.signal(sig)
			held.signal(syscall.SIGCONT)
			r.wants(1)
			p.equal(t, "big-1")
			if failed := r.of(event.Failed); len(failed) != 1 || failed[0].File != "big-1" || !strings.Contains(failed[0].Error, "SIG") {
				t.Errorf("failed: %+v, want big-1 with the signal", failed)
			}
			if left := p.leftovers(t); len(left) > 0 {
				t.Errorf("left behind: %q", left)
			}
		})
	}
}

// What is left of a single file, whose folder is not ours to end, the next run removes.
func TestCrashOfASingleFile(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.big(t, 1)
	r := start(t, p, p.brood("copy", "--record", p.dir+"/record", "--bwlimit=32M", p.src+"/big-1", p.dst))
	r.hold(1)[0].signal(syscall.SIGKILL)
	r.wants(1)
	if left := p.leftovers(t); len(left) != 1 {
		t.Errorf("left behind: %q, want what the killed child had", left)
	}
	start(t, p, p.brood("copy", p.src+"/big-1", p.dst)).wants(0)
	if files := p.complete(t); len(files) != 1 {
		t.Errorf("copied: %q", files)
	}
}

// With soon the running children are waited for, with now they are terminated.
func TestHalt(t *testing.T) {
	for when, arrives := range map[string]bool{"soon": true, "now": false} {
		t.Run(when, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			p.big(t, 1)
			p.small(t, 5, 3000)
			must(t, os.MkdirAll(p.dst+"/small-1", 0o755)) // in its place
			r := start(t, p, p.copySlowly("--jobs=2", "--halt="+when+",fail=1"))
			if !eventually(func() bool { return len(r.of(event.Failed)) > 0 }) {
				t.Fatalf("no file has failed; it says:\n%s", r.stderr())
			}
			r.unlimit()
			r.wants(1)
			wantFailure(r, "small-1", "is a directory")
			files := p.complete(t)
			if slices.Contains(files, "big-1") != arrives || slices.Contains(files, "small-5") {
				t.Errorf("copied: %q; big-1 was under way, small-5 was to come after", files)
			}
			if !arrives {
				wantFailure(r, "big-1", "its process was ended by SIGTERM")
			}
		})
	}
}

// Time in which the parent was stopped is no stall of its children.
func TestSuspendedIsNotStalled(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	for _, sig := range []syscall.Signal{syscall.SIGTSTP, syscall.SIGSTOP} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			p.big(t, 2)
			const stall = 5 * time.Second
			r := start(t, p, p.copySlowly("--jobs=1", "--stall="+stall.String()))
			held := r.hold(1)
			r.signal(sig)
			if !eventually(func() bool { return stateOf(r.pid) == "T" }) {
				t.Fatalf("the parent is not stopped, but in state %q", stateOf(r.pid))
			}
			time.Sleep(stall + stall/2) // that it lasts is the point
			r.signal(syscall.SIGCONT)
			goOn(held)
			r.wants(0)
			p.equal(t)
			if stalled := r.of(event.Stalled); len(stalled) > 0 {
				t.Errorf("stalled: %+v", stalled)
			}
		})
	}
}

// A destination that does not answer holds those that write there, and nobody else; the run ends without them.
func TestFrozenFolder(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	p := newPlace(t)
	must(t, os.Mkdir(p.src+"/frozen", 0o755))
	p.big(t, 1)
	must(t, os.Rename(p.src+"/big-1", p.src+"/frozen/big"))
	p.small(t, 20, 3000)
	must(t, os.MkdirAll(p.dst, 0o755))
	f := newFreezer(t, p, p.dst+"/frozen")
	f.set("-f")
	r := start(t, p, p.copy("--jobs=1", "--stall=2s"))
	r.endsWith(1)
	wantFailure(r, "frozen/big", "stalled: no progress for 2s; process was abandoned: it did not end when it was killed")
	for _, e := range r.of(event.Failed) {
		if e.PID == 0 || e.State != "D" || e.WChan == "" {
			t.Errorf("%+v, want its PID, state and what it waits for", e)
		}
	}
	if files := p.complete(t); len(files) != 20 {
		t.Errorf("copied: %q, want the 20 that are elsewhere", files)
	}
	if finished := r.of(event.Finished); len(finished) != 1 || finished[0].Abandoned != len(r.of(event.Failed)) {
		t.Errorf("finished: %+v, want as many children abandoned as have failed", finished)
	}
	f.set("-u")
	if !eventually(func() bool { return len(p.alive()) == 0 }) {
		t.Errorf("alive after the thaw: %q", p.alive())
	}
}
