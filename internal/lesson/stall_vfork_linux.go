package lesson

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"brood/internal/process"
)

// vforkTargets is the child that waits in vfork(2).
//
//	3.mov ── vfork ──▶ a child that never begins a program
//	  in state D, until that child begins a program, or ends
//
// It shows state D to any user, without a broken disk.
var vforkTargets = map[string]process.Target{"stall-in-vfork": stallInVfork}

// stallInVfork handles SIGTERM as the children of brood copy do: it returns when its system call has
// returned. Only SIGKILL ends this system call. The child writes the PID of this process to its parent.
func stallInVfork(w *process.Work) error {
	pipe, ok := w.Events.(*os.File)
	if !ok {
		return errors.New("vfork: nobody reads the events")
	}
	terminated := w.Context()
	runtime.LockOSThread()
	if errno := vforkForever(pipe.Fd(), fmt.Appendln(nil, os.Getpid())); errno != 0 {
		return fmt.Errorf("vfork: %w", errno)
	}
	return terminated.Err()
}

// vforkForever returns when its child has ended. The child writes the line to the descriptor, and waits
// until it is killed. The kernel kills it when the thread of vforkForever ends. Without CLONE_VM the child
// is a copy of this thread, with its own memory. It makes only system calls, since it lacks Go's other threads.
//
//go:norace
//go:nosplit
func vforkForever(fd uintptr, line []byte) syscall.Errno {
	pid, _, errno := syscall.RawSyscall6(unix.SYS_CLONE, unix.CLONE_VFORK|uintptr(unix.SIGCHLD), 0, 0, 0, 0, 0)
	if pid != 0 || errno != 0 {
		return errno
	}
	syscall.RawSyscall(unix.SYS_PRCTL, unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0)
	syscall.RawSyscall(unix.SYS_WRITE, fd, uintptr(unsafe.Pointer(unsafe.SliceData(line))), uintptr(len(line)))
	for {
		syscall.RawSyscall6(unix.SYS_PPOLL, 0, 0, 0, 0, 0, 0)
	}
}
