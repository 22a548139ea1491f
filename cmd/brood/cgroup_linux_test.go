package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"

	"brood/internal/event"
	"brood/internal/process/umltest"
	"brood/internal/testenv"
)

// The tests below run in a Linux of their own, so they do not depend on the machine's control groups.
func TestControlGroups(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	umltest.Run(t, "^TestCgroup")
}

// in makes the command run as that user, in a control group of that user.
func in(t *testing.T, group string, user uint32, cmd *exec.Cmd) *exec.Cmd {
	t.Helper()
	dir, err := os.Open(group)
	must(t, err)
	t.Cleanup(func() { dir.Close() })
	cmd.SysProcAttr = &syscall.SysProcAttr{
		UseCgroupFD: true, CgroupFD: int(dir.Fd()), Credential: &syscall.Credential{Uid: user, Gid: user},
	}
	return cmd
}

// copyHeld starts a copy of three files under a memory limit, and holds two children. The files are small enough for
// the limit, which counts files on a file system in memory.
func copyHeld(t *testing.T, p place, group string, user int, flags ...string) (*run, []child) {
	t.Helper()
	must(t, os.WriteFile(p.src+"/a", noise(16<<20, 1), 0o644))
	must(t, os.Link(p.src+"/a", p.src+"/b"))
	must(t, os.Link(p.src+"/a", p.src+"/c"))
	cmd := p.copy(append(flags, "--bwlimit=1M", "--jobs=2", "--memory="+enough())...)
	r := start(t, p, in(t, group, uint32(user), cmd))
	return r, r.hold(2)
}

// enough returns a memory limit that suffices for a child that copies.
func enough() string {
	if raceEnabled {
		return "768M"
	}
	return "64M"
}

// With --memory each child runs in its own control group, for root and for other users. The copy is complete, and the
// groups are removed.
func TestCgroupCopy(t *testing.T) {
	for name, user := range map[string]int{"root": 0, "nobody": nobody} {
		for _, daemon := range []bool{false, true} {
			t.Run(fmt.Sprint(name, " daemon ", daemon), func(t *testing.T) {
				group := umltest.Group(t, user)
				p := newPlace(t)
				p.small(t, 20, 1000)
				r, held := copyHeld(t, p, group, user, fmt.Sprint("--daemon=", daemon))
				for _, c := range held {
					text, err := os.ReadFile(fmt.Sprintf("/proc/%d/cgroup", c.pid))
					above := fmt.Sprintf("%s/brood-%d/", strings.TrimPrefix(group, "/sys/fs/cgroup"), r.pid)
					if err != nil || !bytes.Contains(text, []byte(above)) ||
						bytes.HasSuffix(text, []byte("/parent\n")) {
						t.Errorf("%q is in control group %q, %v; want a child's group below %q",
							c.argv, text, err, above)
					}
				}
				goOn(held)
				r.wants(0)
				p.equal(t)
				umltest.WantUnused(t, group)
			})
		}
	}
}

// A child can copy a file that is larger than its memory limit: the kernel drops the file's cached pages in time.
func TestCgroupCacheMakesRoom(t *testing.T) {
	t.Setenv("TMPDIR", umltest.Disk())
	group := umltest.Group(t, 0)
	p := newPlace(t)
	must(t, os.WriteFile(p.src+"/large", bytes.Repeat([]byte("0123456789abcdef"), 96<<20/16), 0o644))
	start(t, p, in(t, group, 0, p.copy("--memory="+enough()))).wants(0)
	p.equal(t)
	umltest.WantUnused(t, group)
}

// A child over its memory limit is killed, and only its file fails. Here its file is in memory, too.
func TestCgroupLimitIsReached(t *testing.T) {
	if raceEnabled {
		t.Skip("platform: with the race detector a child takes more from the beginning")
	}
	group := umltest.Group(t, 0)
	p := newPlace(t)
	p.small(t, 5, 1000)
	must(t, os.WriteFile(p.src+"/large", bytes.Repeat([]byte("0123456789abcdef"), 80<<20/16), 0o644))
	r := start(t, p, in(t, group, 0, p.copy("--memory=32M", "--retries=3")))
	r.wants(1)
	const why = "its process was ended by its memory limit of 32 MiB"
	failed := r.of(event.Failed)
	if len(failed) != 1 || failed[0].File != "large" || failed[0].Error != why || failed[0].Transient {
		t.Errorf("failed: %+v, want only \"large\": %s", failed, why)
	}
	p.equal(t, "large")
	umltest.WantUnused(t, group)
}

// When the parent is killed, its children finish under their limits. Empty groups stay, and do not hinder the next
// run.
func TestCgroupOfKilledParent(t *testing.T) {
	group := umltest.Group(t, 0)
	p := newPlace(t)
	r, held := copyHeld(t, p, group, 0)
	goOn(held)
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
	below := umltest.GroupsBelow(group)
	if !slices.Contains(below, fmt.Sprintf("brood-%d/parent", r.pid)) {
		t.Errorf("groups left: %q, want the parent's among them", below)
	}
	slices.Reverse(below)
	for _, name := range below { // the kernel removes empty groups only
		must(t, os.Remove(group+"/"+name))
	}
	must(t, os.WriteFile(group+"/cgroup.subtree_control", []byte("-memory"), 0))
	start(t, p, in(t, group, 0, p.copy("--memory="+enough()))).wants(0)
	p.equal(t)
	umltest.WantUnused(t, group)
}
