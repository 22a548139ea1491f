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

// killAndWait kills brood, and waits until it has ended.
func killAndWait(r *run) {
	r.Helper()
	r.signal(syscall.SIGKILL)
	<-r.ended
}

// wantNextRun fails the test unless one more run completes the copy.
func wantNextRun(t *testing.T, p place) {
	t.Helper()
	next := start(t, p, p.copy())
	next.wants(0)
	next.equal(t)
}

// Children finish their files when their parent is killed.
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
			t.Errorf("%q is in state %s, want it ended", c.argv, c.state())
		}
	}
	// The parent may have started one more child before it was killed.
	if !eventually(func() bool { return len(p.alive()) == 0 }) {
		t.Errorf("alive: %q, want no process", p.alive())
	}
	files := p.complete(t)
	for _, c := range held {
		if !slices.Contains(files, c.file()) {
			t.Errorf("at the destination: %q, want also %q", files, c.file())
		}
	}
	wantNextRun(t, p)
}

// Stopped children go on and finish their files when their parent is killed: the kernel continues an orphaned process
// group (setpgid(2)). Here the children have a session of their own, so their new parent is outside of it.
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
		t.Errorf("alive: %q, want no process", p.alive())
	}
	files := p.complete(t)
	for _, c := range held {
		if !slices.Contains(files, c.file()) {
			t.Errorf("at the destination: %q, want also %q", files, c.file())
		}
	}
	wantNextRun(t, p)
}

// With --daemon the children end with their parent, also when they are stopped, and leave no partial file under a
// final name.
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
				t.Errorf("guardians: %v, want two", guardians)
			}
			before(held)
			killAndWait(r)
			if !eventually(func() bool { return len(p.alive()) == 0 }) {
				t.Errorf("alive: %q, want no process", p.alive())
			}
			for _, guardian := range guardians {
				if !gone(guardian) {
					t.Errorf("a guardian is in state %s, want it ended", stateOf(guardian))
				}
			}
			p.wholeFiles(t)
			wantNextRun(t, p)
		})
	}
}

// When a child is killed, its file fails, and the others are copied.
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
				t.Errorf("failed: %+v, want only %q", failed, victim.file())
			}
			p.equal(t, victim.file())
			wantNextRun(t, p)
		})
	}
}

// brood goes on when its program is removed or replaced during the run.
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
