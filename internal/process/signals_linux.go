package process

import (
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// killedWithParent: here PDEATHSIG ends a daemon, and the guardian its group.
const killedWithParent = true

// arm makes the kernel kill this process's group when the parent's end of the lifeline closes, even if
// everything else is killed at the same time. It opens the lifeline anew, makes the group the owner of that
// file, and SIGKILL its signal (fcntl(2), F_SETOWN, F_SETSIG and O_ASYNC). Some process must have the file
// open, and PDEATHSIG may end this process first. So the file stays open across exec, and the descendants hold
// it. Without /proc, arm does nothing.
func arm(lifeline uintptr) {
	file, err := unix.Open(fmt.Sprint("/proc/self/fd/", lifeline), unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return
	}
	defer unix.Close(file)
	const unusual = 50 // a number that no script uses
	for _, step := range []struct{ what, to int }{
		{unix.F_SETOWN, -os.Getpid()},
		{unix.F_SETSIG, int(unix.SIGKILL)},
		{unix.F_SETFL, unix.O_NONBLOCK | unix.O_ASYNC},
		{unix.F_DUPFD, unusual},
	} {
		if _, err := unix.FcntlInt(uintptr(file), step.what, step.to); err != nil {
			return
		}
	}
}

// defaultAction sets SIG_DFL. os/signal cannot: for SIGSEGV and its like it restores the runtime's handler,
// which exits with 2.
func defaultAction(sig syscall.Signal) {
	var byDefault, before sigaction
	swapAction(sig, &byDefault, &before)
}
