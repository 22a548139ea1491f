//go:build linux

package main

import (
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"

	"brood/internal/event"
)

// killAndWait kills brood, and waits until it is gone.
func killAndWait(r *run) {
	r.Helper()
	r.signal(syscall.SIGKILL)
	<-r.ended
}

// wantNextRun fails the test unless one more run completes what the last one has left.
func wantNextRun(t *testing.T, p place) {
	t.Helper()
	next := start(t, p, p.copy())
	next.wants(0)
	next.equal(t)
}

func TestChildrenFinishAfterTheirParentIsKilled(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.big(t, 4)
	r := start(t, p, p.copySlowly("--jobs=2"))
	held := r.hold(2)
	goOn(held)
	killAndWait(r)
	for _, c := range held {
		if !eventually(func() bool { return gone(c.pid) }) {
			t.Errorf("%q does not end, state %s", c.argv, c.state())
		}
	}
	// The parent may have been about to start one more.
	if !eventually(func() bool { return len(p.alive()) == 0 }) {
		t.Errorf("alive: %q", p.alive())
	}
	files := p.complete(t)
	for _, c := range held {
		if !slices.Contains(files, c.file()) {
			t.Errorf("%q was not finished; there are %q", c.file(), files)
		}
	}
	wantNextRun(t, p)
}

// A child that is stopped when its parent dies has the kernel let it go on, unless its adopter is of
// its session (setpgid(2), "orphaned process group"): here none is. It finishes its file.
func TestStoppedChildrenFinishAfterTheirParentIsKilled(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.big(t, 4)
	cmd := p.copySlowly("--jobs=2")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	r := start(t, p, cmd)
	held := r.hold(2)
	killAndWait(r)
	if !eventually(func() bool { return len(p.alive()) == 0 }) {
		t.Errorf("alive: %q", p.alive())
	}
	files := p.complete(t)
	for _, c := range held {
		if !slices.Contains(files, c.file()) {
			t.Errorf("%q was not finished; there are %q", c.file(), files)
		}
	}
	wantNextRun(t, p)
}

func TestDaemonsEndWhenTheirParentIsKilled(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]func([]child){
		"running": goOn,
		"stopped": func([]child) {},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			p.big(t, 4)
			r := start(t, p, p.copySlowly("--jobs=2", "--daemon"))
			held := r.hold(2)
			guardians := guardiansOf(r.pid)
			if len(guardians) != 2 {
				t.Errorf("guardians: %v", guardians)
			}
			before(held)
			killAndWait(r)
			if !eventually(func() bool { return len(p.alive()) == 0 }) {
				t.Errorf("alive: %q, state %s", p.alive(), stateOf(held[0].pid))
			}
			for _, guardian := range guardians {
				if !gone(guardian) {
					t.Errorf("a guardian is in state %s", stateOf(guardian))
				}
			}
			p.wholeFiles(t)
			wantNextRun(t, p)
		})
	}
}

// What kills a child costs its file alone.
func TestKilledChild(t *testing.T) {
	t.Parallel()
	for _, flags := range [][]string{{"--jobs=2"}, {"--jobs=2", "--daemon"}} {
		t.Run(strings.Join(flags, " "), func(t *testing.T) {
			p := newPlace(t)
			p.big(t, 4)
			p.small(t, 3, 100)
			r := start(t, p, p.copySlowly(flags...))
			victim := r.hold(1)[0]
			victim.signal(syscall.SIGKILL)
			r.wants(1)
			r.says(fmt.Sprintf("not copied: file=%q error=\"its process was ended by SIGKILL\" name=%s pid=%d",
				victim.file(), strings.TrimPrefix(victim.argv[3], "--name="), victim.pid))
			if failed := r.of(event.Failed); len(failed) != 1 || failed[0].File != victim.file() {
				t.Errorf("failed: %+v, want %q", failed, victim.file())
			}
			p.equal(t, victim.file())
			wantNextRun(t, p)
		})
	}
}

// A new version may be installed, or the old one removed, while brood runs.
func TestProgramIsReplaced(t *testing.T) {
	t.Parallel()
	for name, replace := range replacements {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			p.big(t, 3)
			cmd := p.copySlowly("--jobs=1", "--daemon")
			cmd.Path = p.installed(t)
			r := start(t, p, cmd)
			held := r.hold(1)
			must(t, replace(cmd.Path))
			goOn(held)
			r.wants(0)
			p.equal(t)
		})
	}
}
