package plan

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// openFolder opens a folder for the walk and for children to inherit. It has half of the system calls of openWithin:
// package os would try to have the poller wait for a folder.
func openFolder(path string) (*os.Root, *os.File, error) {
	fd, err := opened(path, unix.O_DIRECTORY)
	if err != nil {
		return nil, nil, err
	}
	root, err := os.OpenRoot(fmt.Sprint("/proc/self/fd/", fd))
	if err != nil { // without /proc
		_ = unix.Close(fd)
		return openWithin(path)
	}
	return root, os.NewFile(uintptr(fd), path), nil
}
