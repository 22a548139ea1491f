package process_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// delegated makes a control group of version 2 for the length of a test, without controllers. It hands the
// group to that user, marked as systemd does. The test fails if anything is left in it.
func delegated(t *testing.T, owner int) (dir string) {
	t.Helper()
	root := "/sys/fs/cgroup"
	if !isCgroup2(root) {
		root += "/unified" // beside version 1
	}
	if !isCgroup2(root) {
		t.Skip("platform: no control groups of version 2")
	}
	dir, err := os.MkdirTemp(root, "brood-test-")
	if err != nil {
		t.Skip("needs root: ", err)
	}
	t.Cleanup(func() {
		if !eventually(func() bool { return os.Remove(dir) == nil }) {
			below, _ := filepath.Glob(dir + "/brood-*")
			t.Errorf("%s cannot be removed, it has the groups %v", dir, below)
		}
	})
	if _, err := os.Stat(dir + "/cgroup.kill"); err != nil {
		t.Skip("needs kernel: Linux 5.14: ", err)
	}
	must(t, os.Chmod(dir, 0o755))
	_ = syscall.Setxattr(dir, "user.delegate", []byte("1"), 0)
	for _, file := range []string{"", "cgroup.procs", "cgroup.threads", "cgroup.subtree_control"} {
		must(t, os.Chown(filepath.Join(dir, file), owner, owner))
	}
	return dir
}

func isCgroup2(dir string) bool {
	var st unix.Statfs_t
	return unix.Statfs(dir, &st) == nil && st.Type == unix.CGROUP2_SUPER_MAGIC
}

// With a control group for daemons, a descendant in a session of its own ends too, and the group is removed.
func TestDaemonsControlGroup(t *testing.T) {
	for _, end := range []string{"killed", "returns"} {
		t.Run(end, func(t *testing.T) {
			f := startFamily(t, delegated(t, nobody), nobody)
			if end == "killed" {
				must(t, syscall.Kill(f.pid, syscall.SIGKILL))
			} else {
				f.stdin.Close()
			}
			if !f.endsBut(nobodyStays) {
				t.Errorf("alive: %v", f.alive())
			}
		})
	}
}

func nobodyStays(string) bool { return false }

// Another user's group stays unchanged, and daemons end as they do without groups.
func TestDaemonsControlGroupOfOthers(t *testing.T) {
	dir := delegated(t, 0)
	f := startFamily(t, dir, nobody)
	if below, _ := filepath.Glob(dir + "/brood-*"); len(below) > 0 {
		t.Errorf("groups: %v, want none", below)
	}
	must(t, syscall.Kill(f.pid, syscall.SIGKILL))
	if !f.endsBut(nobodyStays) {
		t.Errorf("alive: %v", f.alive())
	}
}

// Any of these may be killed with the parent: the kernel still ends each daemon's group. If the daemon was
// killed, too, the descendants that hold its lifeline make the kernel do that.
func TestGroupsEndWithTheParent(t *testing.T) {
	for name, roles := range map[string][]string{
		"guardians and parent":          {"guardian", "parent"},
		"all":                           {"guardian", "daemon", "parent"},
		"all, the parent first":         {"parent", "guardian", "daemon"},
		"all of this program's name":    {"parent", "daemon"},
		"the parent":                    {"parent"},
		"parent, guardians stopped":     {"stopped guardian", "parent"},
		"one guardian and the parent":   {"one guardian", "parent"},
		"one guardian, daemons, parent": {"one guardian", "daemon", "parent"},
	} {
		if testing.Short() && name != "all" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			f := startFamily(t, "", 0)
			members := f.known
			killed := 0
			for _, role := range roles {
				for pid, is := range members {
					if !strings.HasSuffix(role, is) {
						continue
					}
					sig := syscall.SIGKILL
					if strings.HasPrefix(role, "stopped ") {
						sig = syscall.SIGSTOP
					}
					_ = syscall.Kill(pid, sig)
					killed++
					if strings.HasPrefix(role, "one ") {
						break
					}
				}
			}
			if killed < len(roles) {
				t.Errorf("some of the roles are missing: %v", members)
			}
			if !f.endsBut(func(role string) bool {
				return strings.HasPrefix(role, "session-") || role == "guardian"
			}) {
				t.Errorf("alive: %v", f.alive())
			}
		})
	}
}
