package umltest

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"brood/internal/testenv"
)

// Delegated makes a control group of version 2 for the length of a test, without controllers. It hands the
// group to that user, marked as systemd does. The test fails if anything is left in it.
func Delegated(t *testing.T, owner int) (dir string) {
	t.Helper()
	root := root
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
	t.Cleanup(func() { remove(t, dir) })
	if _, err := os.Stat(dir + "/cgroup.kill"); err != nil {
		t.Skip("needs kernel: Linux 5.14: ", err)
	}
	_ = syscall.Setxattr(dir, "user.delegate", []byte("1"), 0)
	err = os.Chmod(dir, 0o755)
	for _, file := range []string{"", "cgroup.procs", "cgroup.threads", "cgroup.subtree_control"} {
		err = errors.Join(err, os.Chown(filepath.Join(dir, file), owner, owner))
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// remove waits until a group is unused, and removes it.
func remove(t *testing.T, dir string) {
	t.Helper()
	for began := time.Now(); os.Remove(dir) != nil; time.Sleep(20 * time.Millisecond) {
		if time.Since(began) > testenv.Patience {
			t.Errorf("%s cannot be removed, it has the groups %v", dir, GroupsBelow(dir))
			return
		}
	}
}

func isCgroup2(dir string) bool {
	const magic = 0x63677270 // CGROUP2_SUPER_MAGIC
	var st syscall.Statfs_t
	return syscall.Statfs(dir, &st) == nil && st.Type == magic
}
