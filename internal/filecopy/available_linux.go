package filecopy

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// Available is an error where nothing can be copied: an open file is named by /proc/self/fd where it
// has no name yet, or where its attributes are read.
func Available() error {
	if err := unix.Access("/proc/self/fd", unix.X_OK); err != nil {
		return fmt.Errorf("no /proc is mounted here, and nothing can be copied without it: /proc/self/fd: %w", err)
	}
	return nil
}
