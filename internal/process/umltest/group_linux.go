package umltest

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

const root = "/sys/fs/cgroup"

// Group makes a control group of version 2 for the length of a test. It hands the group to the user
// (cgroups(7), "delegation") and marks it as systemd does. If it cannot, the test is skipped.
func Group(t *testing.T, owner int) (dir string) {
	t.Helper()
	controllers, err := os.ReadFile(root + "/cgroup.controllers")
	if err != nil || !bytes.Contains(controllers, []byte("memory")) {
		t.Skip("platform: no control groups of version 2 with a memory controller")
	}
	if err := os.WriteFile(root+"/cgroup.subtree_control", []byte("+memory"), 0); err != nil {
		t.Skip("platform: ", err)
	}
	dir, err = os.MkdirTemp(root, "brood-test-")
	if err != nil {
		t.Skip("platform: ", err)
	}
	t.Cleanup(func() {
		if err := os.Remove(dir); err != nil {
			t.Error(err)
		}
	})
	if err := syscall.Setxattr(dir, "user.delegate", []byte("1"), 0); err != nil {
		t.Skip("needs kernel: a mark on a control group: ", err)
	}
	for _, file := range []string{"", "cgroup.procs", "cgroup.threads", "cgroup.subtree_control"} {
		if err := os.Chown(filepath.Join(dir, file), owner, owner); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// WantUnused fails the test unless the group is as Group made it: without groups in it, and without controllers
// given to groups below.
func WantUnused(t *testing.T, dir string) {
	t.Helper()
	if below := GroupsBelow(dir); len(below) > 0 {
		t.Errorf("%s has the groups %q, want none", dir, below)
	}
	if given, err := os.ReadFile(dir + "/cgroup.subtree_control"); err != nil || len(bytes.TrimSpace(given)) > 0 {
		t.Errorf("%s gives the controllers %q to groups below, %v; want none", dir, given, err)
	}
}

// GroupsBelow returns the groups in a group at any depth, the upper ones first.
func GroupsBelow(dir string) (below []string) {
	_ = filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err == nil && e.IsDir() && path != dir {
			below = append(below, strings.TrimPrefix(path, dir+"/"))
		}
		return nil
	})
	return below
}
