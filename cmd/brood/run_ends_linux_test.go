package main

import (
	"os"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"brood/internal/testenv"
)

// A process that has left the group of its command lives until the run ends, also with an empty environment.
func TestRunEndsWhatHasLeft(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.makeRoles()
	const waits = "until test -e end-{}; do sleep 0.1; done; kill -KILL $$"
	script := strings.Replace(hostile, "*[02468]", "none", 1) + waits // no command stops itself
	r := start(t, p, p.brood("run", "-j1", "--shell", script, ":::", "1", "2"))
	sessions := func(n int) {
		t.Helper()
		if !eventually(func() bool { return r.over() || p.inRole("clean-session") == n }) || r.over() {
			t.Fatalf("there are %v, want %d clean sessions; stderr:\n%s", p.roles(), n, r.stderr())
		}
	}
	sessions(1)
	must(t, os.WriteFile(p.dir+"/end-1", nil, 0o644))
	sessions(2)
	for _, pid := range append(guardiansOf(r.pid), r.pid) {
		if !eventually(func() bool { return realTime(t, pid) == realTime(t, os.Getpid()) }) {
			t.Errorf("%q keeps a mark in its limits: %v", argv(pid), realTime(t, pid))
		}
	}
	must(t, os.WriteFile(p.dir+"/end-2", nil, 0o644))
	r.wants(1)
	p.wantNone()
}

// realTime returns the limit of a process that has the mark of a family.
func realTime(t *testing.T, pid int) (limit unix.Rlimit) {
	t.Helper()
	must(t, unix.Prlimit(pid, unix.RLIMIT_RTTIME, nil, &limit))
	return limit
}

// wantNone fails the test if there are processes of the place, except those without marks, which it ends.
func (p place) wantNone() {
	p.t.Helper()
	for pid, role := range p.roles() {
		if role != "unmarked-session" {
			p.t.Errorf("alive: %d, %s", pid, role)
		}
	}
	p.endRoles()
}

// inRole returns the number of processes that run the program of a role.
func (p place) inRole(role string) (n int) {
	for _, pid := range pids() {
		if a := argv(pid); len(a) > 0 && a[0] == p.dir+"/role-"+role {
			n++
		}
	}
	return n
}

// A signal ends a run of hostile commands, and nothing is left.
func TestTerminatedRuns(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			h := hostility{place: newPlace(t), user: os.Getuid()}
			h.makeRoles()
			r := start(t, h.place, h.runHostile("wait"))
			h.awaitAll(r)
			r.signal(sig)
			r.wants(128 + int(sig))
			h.wantNone()
		})
	}
}

// With --no-daemon, a process that has left the group of its command goes on after the run.
func TestRunWithoutDaemonsLeavesOrphans(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.makeRoles()
	const script = `setsid $BROOD_TEST/role-session 1000 & env -i setsid $BROOD_TEST/role-clean-session 1000 & : {}`
	r := start(t, p, p.brood("run", "--no-daemon", "--shell", script, ":::", "1"))
	r.endsWith(0)
	if !eventually(func() bool { return p.inRole("session") == 1 && p.inRole("clean-session") == 1 }) {
		t.Errorf("alive: %v, want two sessions", p.roles())
	}
	p.endRoles()
}
