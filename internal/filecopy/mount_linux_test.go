package filecopy_test

import (
	"errors"
	"os"
	"os/exec"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// mountTmpfs mounts an empty tmpfs of that size until the end of the test.
func mountTmpfs(t *testing.T, size string) string {
	t.Helper()
	return mountMemory(t, "tmpfs", "size="+size)
}

// mountMemory mounts a file system that needs no disk: tmpfs or ramfs. ramfs has no xattrs and
// no ACLs.
func mountMemory(t *testing.T, kind, options string) string {
	t.Helper()
	needsRoot(t)
	dir := t.TempDir()
	if err := unix.Mount("filecopy-test", dir, kind, 0, options); err != nil {
		t.Skip("needs root: mount: ", err)
	}
	t.Cleanup(func() { unmount(t, dir) })
	return dir
}

// mountDisk mounts a new file system until the end of the test.
func mountDisk(t testing.TB, kind string) string {
	t.Helper()
	_, dir := mountImage(t, kind)
	return dir
}

// mountImage is mountDisk, and also returns the file that holds the file system.
func mountImage(t testing.TB, kind string) (image, dir string) {
	t.Helper()
	return mountImageOf(t, kind, 512*mib)
}

func mountImageOf(t testing.TB, kind string, size int64) (image, dir string) {
	t.Helper()
	needsRoot(t)
	mkfs, err := exec.LookPath("mkfs." + kind)
	if err != nil {
		packages := map[string]string{"ext4": "e2fsprogs", "xfs": "xfsprogs", "btrfs": "btrfs-progs"}
		t.Skipf("needs %s: %v", packages[kind], err)
	}
	image = t.TempDir() + "/image"
	must(t, os.WriteFile(image, nil, 0o600))
	must(t, os.Truncate(image, size))
	if out, err := exec.Command(mkfs, "-q", image).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", mkfs, err, out)
	}
	dir = t.TempDir()
	if out, err := exec.Command("mount", "-o", "loop", image, dir).CombinedOutput(); err != nil {
		t.Skipf("needs root: mount: %v: %s", err, out)
	}
	t.Cleanup(func() { unmount(t, dir) })
	return image, dir
}

func needsRoot(t testing.TB) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("needs root: mount")
	}
}

// unmount tries again while another process uses the mount. At last it detaches the mount, and
// the kernel unmounts it later.
func unmount(t testing.TB, dir string) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for range 100 {
		err := unix.Unmount(dir, 0)
		if !errors.Is(err, unix.EBUSY) {
			must(t, err)
			return
		}
		<-tick.C
	}
	must(t, unix.Unmount(dir, unix.MNT_DETACH))
}
