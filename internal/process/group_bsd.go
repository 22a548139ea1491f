//go:build unix && !linux

package process

import (
	"os"
	"syscall"
)

// killGroup ends the process group of a daemon.
func killGroup(pid int, _ uint64) { _ = syscall.Kill(-pid, syscall.SIGKILL) }

// now is unused here, but must not be 0.
func now() uint64 { return 1 }

// newList makes a file and removes its name at once.
func newList() (*os.File, error) {
	file, err := os.CreateTemp("", "brood-daemons-")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(file.Name()); err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

func nextData(_ *os.File, from int64) int64 { return from }

// sweepGroup does nothing: here the leader is reaped already, and its PID could be a stranger's.
func sweepGroup(int) {}
