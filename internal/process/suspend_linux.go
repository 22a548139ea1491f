package process

import (
	"os"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// stopSelf stops this process by the default action of SIGTSTP, unless the kernel refuses. It returns when the
// process goes on: a thread takes a signal that it sends itself before the call returns. os/signal has no way
// to that action, since Go's handler stays in place.
func stopSelf() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var byDefault, handler sigaction
	swapAction(syscall.SIGTSTP, &byDefault, &handler)
	_ = unix.Tgkill(os.Getpid(), unix.Gettid(), syscall.SIGTSTP)
	swapAction(syscall.SIGTSTP, &handler, &byDefault)
}

// sigaction is the kernel's struct. The zero value is SIG_DFL.
type sigaction struct {
	handler, flags, restorer uintptr
	mask                     uint64
}

func swapAction(sig syscall.Signal, to, from *sigaction) {
	_, _, _ = syscall.RawSyscall6(syscall.SYS_RT_SIGACTION, uintptr(sig),
		uintptr(unsafe.Pointer(to)), uintptr(unsafe.Pointer(from)), unsafe.Sizeof(to.mask), 0, 0)
}
