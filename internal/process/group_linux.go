package process

import (
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"

	"brood/internal/machine"
)

// killGroup ends the process group of a daemon that registered at that moment (since). After the parent's end
// the group's number may have passed to a stranger. That cannot happen while the group has members
// (kernel/pid.c), and a process that began later than since is no daemon of ours.
func killGroup(pid int, since uint64) {
	pidfd, err := unix.PidfdOpen(pid, 0)
	if err == nil {
		defer unix.Close(pidfd)
	}
	if began, ok := beginning(pid); ok && began > since {
		return
	}
	if err == nil {
		// The pidfd is of the process that was checked, or the group has lost that leader.
		err = unix.PidfdSendSignal(pidfd, unix.SIGKILL, nil, unix.PIDFD_SIGNAL_PROCESS_GROUP)
		if err == nil || err == unix.ESRCH {
			return
		}
	}
	_ = unix.Kill(-pid, unix.SIGKILL) // before Linux 6.9, or without a leader
}

// ticks are the units of a second in /proc (sysconf(_SC_CLK_TCK)), the same on all machines that Go knows.
const ticks = 100

// now returns the time since the boot in ticks, the unit of process starts in /proc. It is never 0.
func now() uint64 {
	var t unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_BOOTTIME, &t) // since Linux 2.6.39
	return max(uint64(t.Nano())/(1e9/ticks), 1)
}

// beginning returns the start of a process: field 22 of its stat (proc_pid_stat(5)).
func beginning(pid int) (tick uint64, ok bool) {
	fields := machine.Stat(fmt.Sprintf("/proc/%d/stat", pid))
	if len(fields) <= 22-3 {
		return 0, false
	}
	tick, err := strconv.ParseUint(fields[22-3], 10, 64)
	return tick, err == nil
}

// newList makes a file in memory, without a name.
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

// nextData returns the offset of the file's next data. A list has holes for PIDs that no daemon had.
func nextData(file *os.File, from int64) int64 {
	if next, err := file.Seek(from, unix.SEEK_DATA); err == nil {
		return next
	}
	return from // there is no data behind from
}

// sweepGroup kills the rest of an ended daemon's group. The leader is a zombie still, so the number cannot be a
// stranger's.
func sweepGroup(pid int) { _ = unix.Kill(-pid, unix.SIGKILL) }
