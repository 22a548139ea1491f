package process

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"brood/internal/machine"
)

// endMarked kills all processes that have the mark in their environment or limits: daemons and their descendants, in
// any process group and session. It does not find a descendant that has lost both, nor one of another user, such as a
// setuid program. It looks again until it finds none, as a process may start others before it is killed.
func endMarked(mark string) {
	for began := time.Now(); killMarked(mark) > 0 && time.Since(began) < killGrace; {
		time.Sleep(2 * time.Millisecond)
	}
}

// killMarked kills the processes with the mark that are there, and returns their number.
func killMarked(mark string) (found int) {
	proc, err := os.Open("/proc")
	if err != nil {
		return 0
	}
	defer proc.Close()
	names, _ := proc.Readdirnames(-1)
	for _, name := range names {
		pid, err := strconv.Atoi(name)
		if err != nil || !hasMark(pid, mark) {
			continue
		}
		pidfd, err := unix.PidfdOpen(pid, 0)
		if err != nil { // it has ended, or there are no pidfds (before Linux 5.3)
			if err == unix.ENOSYS {
				_ = unix.Kill(pid, unix.SIGKILL)
			}
			continue
		}
		if hasMark(pid, mark) && !ended(pidfd) { // the pidfd is not of a stranger that got the PID meanwhile
			_ = unix.PidfdSendSignal(pidfd, unix.SIGKILL, nil, 0)
			found++
		}
		unix.Close(pidfd)
	}
	return found
}

// ended tells whether the process is a zombie, or gone.
func ended(pidfd int) bool {
	n, err := unix.Poll([]unix.PollFd{{Fd: int32(pidfd), Events: unix.POLLIN}}, 0)
	return n > 0 && err == nil
}

// hasMark tells whether a process has the mark, or is a zombie that had it in its limits.
func hasMark(pid int, mark string) bool {
	if hasLimit(pid, mark) {
		return true
	}
	environ, err := machine.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
	if err != nil {
		return false
	}
	for entry := range bytes.SplitSeq(environ, []byte{0}) {
		if string(entry) == mark {
			return true
		}
	}
	return false
}
