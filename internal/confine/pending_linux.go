package confine

import (
	"fmt"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// leastPending is more than the processes that confine themselves have threads.
const leastPending = 64

// reachThreads is nil where a call on all threads comes to its end. The call sends each
// thread a real-time signal and waits for it. When the user's processes have as many
// signals pending as RLIMIT_SIGPENDING lets, the kernel refuses to queue another; the
// caller (runtime.doAllThreadsSyscall, psx.c) does not notice, and waits for ever.
func reachThreads() error {
	limit, err := raisePending()
	if err != nil {
		return os.NewSyscallError("setrlimit", err)
	}
	if limit < leastPending {
		return fmt.Errorf("%w: RLIMIT_SIGPENDING is %d, and %d would do", ErrThreads, limit, leastPending)
	}
	if err := queueOne(); err != nil {
		return fmt.Errorf("%w: as many signals wait for this user's processes as RLIMIT_SIGPENDING has: %d", ErrThreads, limit)
	}
	return nil
}

// raisePending raises the soft limit where it is too low, as far as the hard one, and returns it.
func raisePending() (limit uint64, err error) {
	var r unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_SIGPENDING, &r); err != nil || r.Cur >= leastPending || r.Cur == r.Max {
		return r.Cur, err
	}
	r.Cur = min(r.Max, leastPending)
	return r.Cur, unix.Setrlimit(unix.RLIMIT_SIGPENDING, &r)
}

// queueOne sends this thread the last of the real-time signals, which Go's handler passes over.
func queueOne() error {
	const last = 64 // SIGRTMAX
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	return unix.Tgkill(os.Getpid(), unix.Gettid(), last)
}
