package process_test

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"brood/internal/process/umltest"
)

// With a control group for daemons, a descendant in a session of its own ends too, and the group is removed.
func TestDaemonsControlGroup(t *testing.T) {
	for _, end := range []string{"killed", "returns"} {
		t.Run(end, func(t *testing.T) {
			f := startFamily(t, umltest.Delegated(t, nobody), nobody)
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
	dir := umltest.Delegated(t, 0)
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
