package faultfstest

import (
	"os"
	"testing"

	"brood/internal/faultfs"
)

// Mount mounts an empty file system for the duration of the test. If it cannot mount, it skips the test.
func Mount(t testing.TB, opts faultfs.Options) *faultfs.FS {
	t.Helper()
	f, err := faultfs.Mount(t.TempDir(), t.TempDir(), opts)
	if err != nil {
		if os.Getuid() != 0 {
			t.Skipf("needs fuse3: %v", err)
		}
		t.Skipf("needs root: %v", err)
	}
	t.Cleanup(func() {
		if err := f.Unmount(); err != nil {
			t.Error(err)
		}
	})
	return f
}
