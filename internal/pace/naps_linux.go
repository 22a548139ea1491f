package pace

import (
	"context"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Operations of futex(2), without FUTEX_PRIVATE_FLAG, as the processes share the words.
const (
	futexWait = 0
	futexWake = 1
)

func newNaps() naps { return futexes{} }

// futexes implements naps on the kernel's queues, one for each word. The first to sleep is the
// first to wake, and a killed sleeper leaves the queue.
type futexes struct{}

// sleep implements naps. Another goroutine sleeps in the system call, which knows no context.
// When ctx ends, sleep leaves that goroutine behind, as this process is about to end too.
func (f futexes) sleep(ctx context.Context, word *atomic.Uint32, seen uint32, d time.Duration) (bool, error) {
	ended := make(chan bool, 1)
	go func() {
		timeout := unix.NsecToTimespec(int64(d))
		_, _, errno := syscall.Syscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(word)), futexWait, uintptr(seen),
			uintptr(unsafe.Pointer(&timeout)), 0, 0)
		if errno == 0 && ctx.Err() != nil {
			f.wake(word, 1) // pass the call on to a taker that still waits
		}
		ended <- errno == 0
	}()
	select {
	case woken := <-ended:
		return woken, nil
	case <-ctx.Done():
		return false, ctx.Err()
	}
}

// wake implements naps.
func (futexes) wake(word *atomic.Uint32, n int) int {
	woken, _, errno := syscall.Syscall(unix.SYS_FUTEX, uintptr(unsafe.Pointer(word)), futexWake, uintptr(n))
	if errno != 0 {
		return 0
	}
	return int(woken)
}
