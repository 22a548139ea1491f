package process

import (
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"

	"brood/internal/machine"
)

// killGroup ends the process group of a daemon that has registered at that moment. Its
// number may have been given to a stranger since the parent's end: not as long as the
// group has members (kernel/pid.c), and who has begun later is no daemon of ours.
func killGroup(pid int, since uint64) {
	pidfd, err := unix.PidfdOpen(pid, 0)
	if err == nil {
		defer unix.Close(pidfd)
	}
	if began, ok := beginning(pid); ok && began > since {
		return
	}
	if err == nil {
		// The pidfd is of the process that was looked at, or that one's group has no leader any more.
		err = unix.PidfdSendSignal(pidfd, unix.SIGKILL, nil, unix.PIDFD_SIGNAL_PROCESS_GROUP)
		if err == nil || err == unix.ESRCH {
			return
		}
	}
	_ = unix.Kill(-pid, unix.SIGKILL) // before Linux 6.9; or the leader was reaped
}

// ticks are a second's, in /proc (sysconf(_SC_CLK_TCK), which is the same on all machines that Go knows).
const ticks = 100

// now is the time since the boot in the ticks in which the kernel tells beginnings; never 0.
func now() uint64 {
	var t unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_BOOTTIME, &t) // since Linux 2.6.39
	return max(uint64(t.Nano())/(1e9/ticks), 1)
}

// beginning is when a process has begun: the 22nd field of its stat (proc_pid_stat(5)).
func beginning(pid int) (tick uint64, ok bool) {
	fields := machine.Stat(fmt.Sprintf("/proc/%d/stat", pid))
	if len(fields) <= 22-3 {
		return 0, false
	}
	tick, err := strconv.ParseUint(fields[22-3], 10, 64)
	return tick, err == nil
}

// newList is a file in memory, without a name.
func newList() (*os.File, error) {
	const name, flags = "daemons", unix.MFD_CLOEXEC
	fd, err := unix.MemfdCreate(name, flags|unix.MFD_NOEXEC_SEAL)
	if err == unix.EINVAL { // before Linux 6.3
		fd, err = unix.MemfdCreate(name, flags)
	}
	if err != nil {
		return nil, os.NewSyscallError("memfd_create", err)
	}
	return os.NewFile(uintptr(fd), name), nil
}

// nextData is where the file's next data are: a list has holes for PIDs that no daemon had.
func nextData(file *os.File, from int64) int64 {
	if next, err := file.Seek(from, unix.SEEK_DATA); err == nil {
		return next
	}
	return from // at the end of the last
}

// sweepGroup kills what an ended daemon left in its group. The leader is a
// zombie still, so the number cannot be a stranger's.
func sweepGroup(pid int) { _ = unix.Kill(-pid, unix.SIGKILL) }
