package confine

import (
	"fmt"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// leastPending is the least limit of pending signals. A process that confines itself has
// fewer threads than that.
const leastPending = 64

// reachThreads returns an error if a call on all threads would never return. The call sends
// each thread a real-time signal and waits for it. If the user's processes already have
// RLIMIT_SIGPENDING signals pending, the kernel refuses to queue another. The caller
// (runtime.doAllThreadsSyscall, psx.c) does not notice, and waits for ever.
func reachThreads() error {
	limit, err := raisePending()
	if err != nil {
		return os.NewSyscallError("setrlimit", err)
	}
	if limit < leastPending {
		return fmt.Errorf("%w: RLIMIT_SIGPENDING is %d, and %d would do", ErrThreads, limit, leastPending)
	}
	if err := queueOne(); err != nil {
		const full = "%w: this user's processes already have RLIMIT_SIGPENDING signals pending: %d"
		return fmt.Errorf(full, ErrThreads, limit)
	}
	return nil
}

// raisePending raises the soft limit to leastPending or the hard limit, if it is lower. It
// returns the soft limit.
func raisePending() (limit uint64, err error) {
	var r unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_SIGPENDING, &r); err != nil || r.Cur >= leastPending || r.Cur == r.Max {
		return r.Cur, err
	}
	r.Cur = min(r.Max, leastPending)
	return r.Cur, unix.Setrlimit(unix.RLIMIT_SIGPENDING, &r)
}

// queueOne sends this thread the last real-time signal, which Go's handler ignores.
func queueOne() error {
	const last = 64 // SIGRTMAX
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	return unix.Tgkill(os.Getpid(), unix.Gettid(), last)
}
