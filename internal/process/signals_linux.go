package process

import (
	"syscall"
	"unsafe"
)

// killedWithParent: PDEATHSIG ends a daemon here, and the guardian its group.
const killedWithParent = true

// defaultAction sets SIG_DFL. os/signal can't: for SIGSEGV and its like it puts
// the runtime's handler back, which exits with 2.
func defaultAction(sig syscall.Signal) {
	var action struct { // struct sigaction of the kernel, all zero: SIG_DFL
		handler, flags, restorer uintptr
		mask                     uint64
	}
	_, _, _ = syscall.RawSyscall6(syscall.SYS_RT_SIGACTION, uintptr(sig),
		uintptr(unsafe.Pointer(&action)), 0, unsafe.Sizeof(action.mask), 0, 0)
}
