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

// The tests below run in a Linux of their own, whatever the machine's control groups are.
func TestControlGroups(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	umltest.Run(t, "^TestCgroup")
}

// in has a command run by that user in a control group that is his.
func in(t *testing.T, group string, user uint32, cmd *exec.Cmd) *exec.Cmd {
	t.Helper()
	dir, err := os.Open(group)
	must(t, err)
	t.Cleanup(func() { dir.Close() })
	cmd.SysProcAttr = &syscall.SysProcAttr{UseCgroupFD: true, CgroupFD: int(dir.Fd()), Credential: &syscall.Credential{Uid: user, Gid: user}}
	return cmd
}

// copyHeld is a copy of three files under a limit of memory. Two of its children are held; what they write stays
// within the limit, where the file system is one in memory.
func copyHeld(t *testing.T, p place, group string, user int, flags ...string) (*run, []child) {
	t.Helper()
	must(t, os.WriteFile(p.src+"/a", noise(16<<20, 1), 0o644))
	must(t, os.Link(p.src+"/a", p.src+"/b"))
	must(t, os.Link(p.src+"/a", p.src+"/c"))
	cmd := p.copy(append(flags, "--bwlimit=1M", "--jobs=2", "--memory="+enough())...)
	r := start(t, p, in(t, group, uint32(user), cmd))
	return r, r.hold(2)
}

// enough is for a child that copies.
func enough() string {
	if raceEnabled {
		return "768M"
	}
	return "64M"
}

// A copy whose children have groups arrives whole, whoever it is, and leaves the group as it was.
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
					if within := fmt.Sprintf("%s/brood-%d/", strings.TrimPrefix(group, "/sys/fs/cgroup"), r.pid); err != nil || !bytes.Contains(text, []byte(within)) || bytes.HasSuffix(text, []byte("/parent\n")) {
						t.Errorf("%q is in %q, %v", c.argv, text, err)
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

// The cache of what a child copies is in its group, and makes room for more.
func TestCgroupCacheMakesRoom(t *testing.T) {
	t.Setenv("TMPDIR", umltest.Disk())
	group := umltest.Group(t, 0)
	p := newPlace(t)
	must(t, os.WriteFile(p.src+"/large", bytes.Repeat([]byte("0123456789abcdef"), 96<<20/16), 0o644))
	start(t, p, in(t, group, 0, p.copy("--memory="+enough()))).wants(0)
	p.equal(t)
	umltest.WantUnused(t, group)
}

// A child that takes more than it may, here by what it writes to a file system in memory, is that file's failure alone.
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
	failed := r.of(event.Failed)
	if len(failed) != 1 || failed[0].File != "large" || failed[0].Error != "its process was ended by its memory limit of 32 MiB" || failed[0].Transient {
		t.Errorf("failed: %+v", failed)
	}
	p.equal(t, "large")
	umltest.WantUnused(t, group)
}

// When the parent is killed its children finish within their limits, and empty groups are left.
func TestCgroupOfKilledParent(t *testing.T) {
	group := umltest.Group(t, 0)
	p := newPlace(t)
	r, held := copyHeld(t, p, group, 0)
	goOn(held)
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
	below := umltest.GroupsBelow(group)
	if !slices.Contains(below, fmt.Sprintf("brood-%d/parent", r.pid)) {
		t.Errorf("left: %q", below)
	}
	slices.Reverse(below)
	for _, name := range below { // the kernel removes none that is not empty
		must(t, os.Remove(group+"/"+name))
	}
	must(t, os.WriteFile(group+"/cgroup.subtree_control", []byte("-memory"), 0))
	start(t, p, in(t, group, 0, p.copy("--memory="+enough()))).wants(0)
	p.equal(t)
	umltest.WantUnused(t, group)
}
