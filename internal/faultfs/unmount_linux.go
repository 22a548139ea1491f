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
//	no rule holds any more; what is stalled fails with EIO
//	   │
//	unmounted ──────────────────────────────────────────────▶ done
//	   │ EBUSY: a client has a file open
//	the connection is aborted: what clients have fails with ECONNABORTED, what they ask for with ENOTCONN
//	   │
//	unmounted by name, the rest of it when the last client closes ─▶ done
//
// Root can always abort. For others the kernel's control file system must be mounted
// on /sys/fs/fuse/connections; where it is not, it is an error that clients have files
// open for more than 5 s, and the goroutines end with them.
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
			f.err = fmt.Errorf("unmount %q: clients have files open", f.Mounted)
		}
	})
	return f.err
}

func (f *FS) detach() error {
	if os.Geteuid() != 0 {
		return f.fusermount()
	}
	err := unix.Unmount(f.Mounted, 0)
	if errors.Is(err, unix.EBUSY) {
		// MNT_FORCE aborts the connection, and is busy nevertheless.
		if err = unix.Unmount(f.Mounted, unix.MNT_FORCE); errors.Is(err, unix.EBUSY) {
			err = unix.Unmount(f.Mounted, unix.MNT_DETACH)
		}
	}
	return err
}

func (f *FS) fusermount() error {
	if exec.Command("fusermount3", "-u", f.Mounted).Run() == nil {
		return nil
	}
	_ = os.WriteFile(fmt.Sprintf("/sys/fs/fuse/connections/%d/abort", f.device), []byte("1"), 0)
	out, err := exec.Command("fusermount3", "-u", "-z", f.Mounted).CombinedOutput()
	if err != nil && len(out) > 0 {
		err = errors.New(strings.TrimSpace(string(out)))
	}
	return err
}
