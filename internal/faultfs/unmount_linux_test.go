package faultfs_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"brood/internal/faultfs"
	"brood/internal/faultfs/faultfstest"
)

// TestUnmounted: nothing is left of a file system when its test has ended.
func TestUnmounted(t *testing.T) {
	use := func() {
		t.Run("mounted", func(t *testing.T) {
			f := populated(t)
			t.Cleanup(func() { wantGone(t, f) })
			_, err := os.ReadFile(f.Mounted + "/a")
			must(t, err)
			_, err = os.ReadDir(f.Mounted)
			must(t, err)
		})
	}
	use() // what the runtime opens at the first time stays
	before := descriptors(t)
	use()
	if after := descriptors(t); after != before {
		t.Errorf("%d descriptors, before %d", after, before)
	}
}

// populated has a file.
func populated(t *testing.T) *faultfs.FS {
	t.Helper()
	f := faultfstest.Mount(t, faultfs.Options{})
	must(t, os.WriteFile(f.Beneath+"/a", []byte("contents"), 0o600))
	return f
}

// wantGone may be called before the file system's own cleanup.
func wantGone(t *testing.T, f *faultfs.FS) {
	t.Helper()
	must(t, f.Unmount())
	mounts, err := os.ReadFile("/proc/self/mounts")
	must(t, err)
	if strings.Contains(string(mounts), " "+f.Mounted+" ") {
		t.Errorf("still mounted: %s", f.Mounted)
	}
	goleak.VerifyNone(t, goleak.IgnoreCurrent())
}

func descriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	must(t, err)
	return len(entries)
}

// TestUnmountUnderClients: a process has a file open.
func TestUnmountUnderClients(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root: others need fusectl to abort a connection")
	}
	f := populated(t)
	holder := exec.Command("sleep", "infinity")
	file, err := os.Open(f.Mounted + "/a")
	must(t, err)
	holder.Stdin = file
	must(t, holder.Start())
	must(t, file.Close())
	defer func() { _ = holder.Process.Kill(); _ = holder.Wait() }()
	wantGone(t, f)
}
