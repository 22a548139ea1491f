package faultfs_test

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"brood/internal/faultfs"
)

// TestUnmounted: nothing is left of a file system after its test.
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
	use() // the first time, Go's runtime opens descriptors that stay
	before := descriptors(t)
	use()
	if after := descriptors(t); after != before {
		t.Errorf("%d descriptors, want %d", after, before)
	}
}

// wantGone unmounts, and fails the test if a mount or a goroutine is left. The cleanup may unmount again.
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

// TestUnmountWhileStalled: every stalled operation fails.
func TestUnmountWhileStalled(t *testing.T) {
	for _, tt := range calls {
		t.Run(tt.name, func(t *testing.T) {
			f := populated(t)
			fault := f.Inject(faultfs.Rule{Ops: tt.op, Name: tt.on, Stall: faultfs.Uninterruptible})
			cmd, _ := startClient(t, tt.name, f)
			<-fault.Met()
			wantGone(t, f)
			wantExit(t, cmd, 3)
		})
	}
}

// TestUnmountStalledAltogether: unmounting succeeds although every operation stalls.
func TestUnmountStalledAltogether(t *testing.T) {
	f := populated(t)
	fault := f.Inject(faultfs.Rule{Stall: faultfs.Uninterruptible})
	for _, name := range []string{"read", "readdir", "rename", "statfs"} {
		startClient(t, name, f)
	}
	eventually(t, "all stalled", func() bool { return fault.Stalled() == 4 })
	wantGone(t, f)
}

// TestUnmountCopied: a new mount namespace holds a copy of the mount.
func TestUnmountCopied(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root: a mount namespace")
	}
	f := populated(t)
	holder := exec.Command("sleep", "infinity")
	holder.SysProcAttr = &syscall.SysProcAttr{Unshareflags: unix.CLONE_NEWNS}
	must(t, holder.Start())
	defer func() { _ = holder.Process.Kill(); _ = holder.Wait() }()
	wantGone(t, f)
}

// TestUnmountUnderClients: one client is stalled, one is killed but cannot end, and one has a file open.
func TestUnmountUnderClients(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root: other users need fusectl to end a connection")
	}
	f := populated(t)
	holder := exec.Command("sleep", "infinity")
	file, err := os.Open(f.Mounted + "/a")
	must(t, err)
	holder.Stdin = file
	must(t, holder.Start())
	must(t, file.Close())
	defer func() { _ = holder.Process.Kill(); _ = holder.Wait() }()

	fault := f.Inject(faultfs.Rule{Ops: faultfs.Read, Stall: faultfs.Uninterruptible})
	reader, _ := startClient(t, "read", f)
	killed, _ := startClient(t, "read", f)
	eventually(t, "both stalled", func() bool { return fault.Stalled() == 2 })
	must(t, killed.Process.Kill())
	pid := killed.Process.Pid
	eventually(t, "killed and still there", func() bool { return killPending(pid) && state(pid) == "D" })
	wantGone(t, f)
	wantKilled(t, killed)
	wantExit(t, reader, 3)
}
