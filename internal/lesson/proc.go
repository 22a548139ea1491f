package lesson

import (
	"fmt"
	"strconv"

	"brood/internal/machine"
)

// kernelSays reads the state of a process (R, S, D, T, Z …) and its parent's PID from /proc. It is not
// ok if the process is gone, or without /proc.
func kernelSays(pid int) (state string, ppid int, ok bool) {
	fields := machine.Stat(fmt.Sprintf("/proc/%d/stat", pid))
	if len(fields) < 2 {
		return "", 0, false
	}
	ppid, err := strconv.Atoi(fields[1])
	return fields[0], ppid, err == nil
}
