package faultfs

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Unmount ends the file system, whatever its clients do just then, and returns when
// nothing of it is left: no mount, no goroutine, no descriptor. A further call
// returns what the first did.
//
//	no rule holds any more: what is stalled fails with EIO
//	   │
//	the connection is aborted: what clients wait for fails with ECONNABORTED, and what they ask for later with ENOTCONN
//	   │
//	unmounted; what clients have open stays open, and fails
//
// Root can always abort. For others the kernel's control file system must be mounted
// on /sys/fs/fuse/connections; where it is not, it is an error that something holds
// the file system for more than 5 s (an open file, a mount namespace with a copy of
// the mount), and the goroutines end when that does.
func (f *FS) Unmount() error {
	f.unmount.Do(func() {
		f.tree.faults.end()
		if err := f.detach(); err != nil {
			f.err = fmt.Errorf("unmount %q: %w", f.Mounted, err)
			return
		}
		select {
		case <-f.served:
			f.tree.close()
		case <-time.After(5 * time.Second):
			f.err = fmt.Errorf("unmount %q: something holds it", f.Mounted)
		}
	})
	return f.err
}

func (f *FS) detach() error {
	if os.Geteuid() != 0 {
		return f.fusermount()
	}
	err := unix.Unmount(f.Mounted, unix.MNT_FORCE) // aborts, and may be busy nevertheless
	if errors.Is(err, unix.EBUSY) {
		err = unix.Unmount(f.Mounted, unix.MNT_DETACH)
	}
	return err
}

func (f *FS) fusermount() error {
	abort := fmt.Sprintf("/sys/fs/fuse/connections/%d/abort", f.device)
	_ = os.WriteFile(abort, []byte("1"), 0) // where it can be
	out, err := exec.Command("fusermount3", "-u", "-z", f.Mounted).CombinedOutput()
	if err != nil && len(out) > 0 {
		err = errors.New(strings.TrimSpace(string(out)))
	}
	return err
}
