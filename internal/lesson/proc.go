package lesson

import (
	"fmt"
	"strconv"

	"brood/internal/process"
)

// kernelSays is what /proc says of a process: its state (R, S, D, T, Z …) and its
// parent's PID. It is not ok for a process that is gone, and where there is no /proc.
func kernelSays(pid int) (state string, ppid int, ok bool) {
	fields := process.Stat(fmt.Sprintf("/proc/%d/stat", pid))
	if len(fields) < 2 {
		return "", 0, false
	}
	ppid, err := strconv.Atoi(fields[1])
	return fields[0], ppid, err == nil
}
