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

// brood kills a child that makes no progress. Its file fails, and no temporary is left.
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
			if len(stalled) != 1 || stalled[0].PID != held.pid || stalled[0].File != "big-1" ||
				stalled[0].State != "T" {
				t.Errorf("stalled: %+v, want only the stopped child %d at big-1", stalled, held.pid)
			}
			if exit := r.exitOf(held.pid); exit.Signal != "SIGKILL" {
				t.Errorf("the stopped child ended by %+v, want SIGKILL", exit)
			}
			if left := p.leftovers(t); len(left) > 0 {
				t.Errorf("left behind: %q, want nothing", left)
			}
		})
	}
}

// exitOf returns the event of a child's end, or an empty one.
func (r *run) exitOf(pid int) event.Event {
	for _, e := range r.of(event.Exited) {
		if e.PID == pid {
			return e
		}
	}
	return event.Event{}
}

// With --retries another child tries again after a stall, SIGKILL or SIGTERM.
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
			if len(retried) != 1 || retried[0].PID != held.pid || retried[0].Attempt != 1 ||
				retried[0].Error != c.because || retried[0].Delay < 0.4 {
				t.Errorf("retried: %+v, want attempt 1 of child %d, after 0.4 s or more: %s",
					retried, held.pid, c.because)
			}
			if left := p.leftovers(t); len(left) > 0 {
				t.Errorf("left behind: %q, want nothing", left)
			}
		})
	}
}

// brood does not retry a file whose child has crashed, even with --retries.
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
			failed := r.of(event.Failed)
			if len(failed) != 1 || failed[0].File != "big-1" || !strings.Contains(failed[0].Error, "SIG") {
				t.Errorf("failed: %+v, want only big-1, with the signal", failed)
			}
			if left := p.leftovers(t); len(left) > 0 {
				t.Errorf("left behind: %q, want nothing", left)
			}
		})
	}
}

// The next run removes the temporary of a single file. The run itself leaves it: the file's folder is not part of the
// copy.
func TestCrashOfASingleFile(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.big(t, 1)
	r := start(t, p, p.brood("copy", "--record", p.dir+"/record", "--bwlimit=32M", p.src+"/big-1", p.dst+"/"))
	r.hold(1)[0].signal(syscall.SIGKILL)
	r.wants(1)
	if left := p.leftovers(t); len(left) != 1 {
		t.Errorf("left behind: %q, want the temporary of the killed child", left)
	}
	start(t, p, p.brood("copy", p.src+"/big-1", p.dst+"/")).wants(0)
	if files := p.complete(t); len(files) != 1 {
		t.Errorf("at the destination: %q, want one file", files)
	}
}

// After enough failures --halt=soon waits for the running children, and --halt=now terminates them.
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
				t.Fatalf("no file has failed; stderr:\n%s", r.stderr())
			}
			r.unlimit()
			r.wants(1)
			wantFailure(r, "small-1", "is a directory")
			files := p.complete(t)
			if slices.Contains(files, "big-1") != arrives || slices.Contains(files, "small-5") {
				t.Errorf("at the destination: %q; want big-1: %v, and no small-5", files, arrives)
			}
			if !arrives {
				wantFailure(r, "big-1", "its process was ended by SIGTERM")
			}
		})
	}
}

// The time while the parent is stopped does not count as a stall of its children.
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
				t.Fatalf("the parent is in state %q, want T", stateOf(r.pid))
			}
			time.Sleep(stall + stall/2) // the test is about this time
			r.signal(syscall.SIGCONT)
			goOn(held)
			r.wants(0)
			p.equal(t)
			if stalled := r.of(event.Stalled); len(stalled) > 0 {
				t.Errorf("stalled: %+v, want none", stalled)
			}
		})
	}
}

// When a folder of the destination hangs, only the files in it fail. brood abandons their children, and ends.
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
	const why = "stalled: no progress for 2s; process was abandoned: it did not end when it was killed"
	wantFailure(r, "frozen/big", why)
	for _, e := range r.of(event.Failed) {
		if e.PID == 0 || e.State != "D" || e.WChan == "" {
			t.Errorf("failed: %+v, want the PID, state D and the kernel function", e)
		}
	}
	if files := p.complete(t); len(files) != 20 {
		t.Errorf("at the destination: %q, want the 20 files outside the frozen folder", files)
	}
	if finished := r.of(event.Finished); len(finished) != 1 || finished[0].Abandoned != len(r.of(event.Failed)) {
		t.Errorf("finished: %+v, want %d children abandoned, as many as failed", finished, len(r.of(event.Failed)))
	}
	f.set("-u")
	if !eventually(func() bool { return len(p.alive()) == 0 }) {
		t.Errorf("alive after the thaw: %q, want no process", p.alive())
	}
}
