package filecopy

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// Available returns an error if this process cannot copy. A copy needs /proc/self/fd, the name
// of an open file: to link a file that has no name yet, and to read attributes.
func Available() error {
	if err := unix.Access("/proc/self/fd", unix.X_OK); err != nil {
		return fmt.Errorf("no /proc is mounted here, and nothing can be copied without it: /proc/self/fd: %w", err)
	}
	return nil
}
