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

// Unmount ends the file system, also while clients use it. It returns when nothing is left: no mount, no
// goroutine, no descriptor. A second call returns the result of the first.
//
//	rules end: stalled operations fail with EIO
//	   │
//	the connection ends: waiting operations fail with ECONNABORTED, later ones with ENOTCONN
//	   │
//	unmounted: clients keep their open files, and every operation on them fails
//
// Root can always end the connection. Other users need the kernel's control file system on
// /sys/fs/fuse/connections. Without it, Unmount fails if an open file, or a mount namespace with a copy of
// the mount, holds the file system for more than 5 s. Then the goroutines end when it is released.
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
	err := unix.Unmount(f.Mounted, unix.MNT_FORCE) // ends the connection, but may still fail with EBUSY
	if errors.Is(err, unix.EBUSY) {
		err = unix.Unmount(f.Mounted, unix.MNT_DETACH)
	}
	return err
}

func (f *FS) fusermount() error {
	abort := fmt.Sprintf("/sys/fs/fuse/connections/%d/abort", f.device)
	_ = os.WriteFile(abort, []byte("1"), 0) // without the control file system, this fails
	out, err := exec.Command("fusermount3", "-u", "-z", f.Mounted).CombinedOutput()
	if err != nil && len(out) > 0 {
		err = errors.New(strings.TrimSpace(string(out)))
	}
	return err
}
