package process

import (
	"fmt"
	"strconv"

	"golang.org/x/sys/unix"

	"brood/internal/machine"
)

// stillborn tells whether a zombie was killed before it ran any program. Until its exec a child may be in this
// process's group, and a signal to that group, such as Ctrl-C, then ends it. The kernel marks a process that has not
// called exec since its fork (PF_FORKNOEXEC, <linux/sched.h>), in field 9 of its stat (proc_pid_stat(5)).
func stillborn(zombie int) bool {
	const forkNoExec = 0x40
	if !killed(zombie) {
		return false
	}
	fields := machine.Stat(fmt.Sprintf("/proc/%d/stat", zombie))
	if len(fields) <= 9-3 {
		return false
	}
	flags, err := strconv.ParseUint(fields[9-3], 10, 64)
	return err == nil && flags&forkNoExec != 0
}

// killed tells whether a signal has ended the zombie. It does not reap it.
func killed(zombie int) bool {
	const killed, dumped = 2, 3 // CLD_KILLED and CLD_DUMPED of <asm-generic/siginfo.h>
	var info unix.Siginfo
	err := unix.Waitid(unix.P_PID, zombie, &info, unix.WEXITED|unix.WNOWAIT|unix.WNOHANG, nil)
	return err == nil && (info.Code == killed || info.Code == dumped)
}
