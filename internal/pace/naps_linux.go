package pace

import (
	"context"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Of futex(2): words that processes share, so without FUTEX_PRIVATE_FLAG.
const (
	futexWait = 0
	futexWake = 1
)

func newNaps() naps { return futexes{} }

// futexes are naps on the kernel's queues, one for each word: first come, first woken, and who
// is killed has left it.
type futexes struct{}

// sleep is naps'. The thread that sleeps takes no signal for it and has no context, so it is
// another goroutine's. When ctx ends it is left alone: this process is about to end, too.
func (f futexes) sleep(ctx context.Context, word *atomic.Uint32, seen uint32, d time.Duration) (woken bool, err error) {
	ended := make(chan bool, 1)
	go func() {
		timeout := unix.NsecToTimespec(int64(d))
		_, _, errno := syscall.Syscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(word)), futexWait, uintptr(seen),
			uintptr(unsafe.Pointer(&timeout)), 0, 0)
		if errno == 0 && ctx.Err() != nil {
			f.wake(word, 1) // it was for somebody who still waits
		}
		ended <- errno == 0
	}()
	select {
	case woken = <-ended:
		return woken, nil
	case <-ctx.Done():
		return false, ctx.Err()
	}
}

// wake is naps'.
func (futexes) wake(word *atomic.Uint32, n int) int {
	woken, _, errno := syscall.Syscall(unix.SYS_FUTEX, uintptr(unsafe.Pointer(word)), futexWake, uintptr(n))
	if errno != 0 {
		return 0
	}
	return int(woken)
}
