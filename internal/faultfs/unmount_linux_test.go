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

// TestUnmountWhileStalled: whatever is stalled, and however, fails.
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

// TestUnmountStalledAltogether: no answer is needed to unmount.
func TestUnmountStalledAltogether(t *testing.T) {
	f := populated(t)
	fault := f.Inject(faultfs.Rule{Stall: faultfs.Uninterruptible})
	for _, name := range []string{"read", "readdir", "rename", "statfs"} {
		startClient(t, name, f)
	}
	eventually(t, "all stalled", func() bool { return fault.Stalled() == 4 })
	wantGone(t, f)
}

// TestUnmountCopied: a mount namespace that was made meanwhile holds a copy of the mount.
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

// TestUnmountUnderClients: one is stalled, one is killed and there nevertheless, and
// one only has a file open.
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

	fault := f.Inject(faultfs.Rule{Ops: faultfs.Read, Stall: faultfs.Uninterruptible})
	reader, _ := startClient(t, "read", f)
	killed, _ := startClient(t, "read", f)
	eventually(t, "both stalled", func() bool { return fault.Stalled() == 2 })
	must(t, killed.Process.Kill())
	eventually(t, "killed and there", func() bool { return killPending(killed.Process.Pid) && state(killed.Process.Pid) == "D" })
	wantGone(t, f)
	wantKilled(t, killed)
	wantExit(t, reader, 3)
}
