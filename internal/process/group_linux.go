package process

import "golang.org/x/sys/unix"

// group is a process group that the guardian may have to end. It is held by a
// pidfd of its leader: that names the group also after the leader was reaped and
// its number given to a stranger.
type group struct {
	pgid  int
	pidfd int // -1: none to be had
}

func openGroup(pgid int) group {
	pidfd, err := unix.PidfdOpen(pgid, 0)
	if err != nil {
		pidfd = -1
	}
	return group{pgid, pidfd}
}

func (g group) close() {
	if g.pgid != 0 && g.pidfd >= 0 {
		unix.Close(g.pidfd)
	}
}

func (g group) kill() {
	err := unix.PidfdSendSignal(g.pidfd, unix.SIGKILL, nil, unix.PIDFD_SIGNAL_PROCESS_GROUP)
	if err == nil || err == unix.ESRCH {
		return
	}
	// Before Linux 6.9. A group's number is not given away while the group has members (kernel/pid.c).
	_ = unix.Kill(-g.pgid, unix.SIGKILL)
}

// sweepGroup kills what an ended daemon left in its group. The leader is a
// zombie still, so the number cannot be a stranger's.
func sweepGroup(pid int) { _ = unix.Kill(-pid, unix.SIGKILL) }
