package lesson

import (
	"fmt"
	"os"
	"strings"
)

// kernelSays is what /proc says of a process: its state (R, S, D, T, Z …) and its
// parent's PID. It is not ok for a process that is gone, and where there is no /proc.
func kernelSays(pid int) (state string, ppid int, ok bool) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "", 0, false
	}
	rest := string(text)[strings.LastIndex(string(text), ") ")+2:] // a name may hold anything (proc_pid_stat(5))
	_, err = fmt.Sscan(rest, &state, &ppid)
	return state, ppid, err == nil
}
