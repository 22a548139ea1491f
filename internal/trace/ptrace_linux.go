//go:build amd64 || arm64

package trace

import (
	"encoding/binary"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// ptrace makes a request of ptrace(2) for a thread.
func ptrace(request, tid int, addr, data uintptr) error {
	_, _, errno := syscall.Syscall6(unix.SYS_PTRACE, uintptr(request), uintptr(tid), addr, data, 0, 0)
	if errno != 0 {
		return errno
	}
	return nil
}

// ptraceBuffer makes a request that fills buf, or a part of it.
func ptraceBuffer(request, tid int, addr uintptr, buf []byte) error {
	_, _, errno := syscall.Syscall6(unix.SYS_PTRACE, uintptr(request), uintptr(tid), addr,
		uintptr(unsafe.Pointer(&buf[0])), 0, 0)
	if errno != 0 {
		return errno
	}
	return nil
}

// eventMessage returns what belongs to the event that a thread stopped at: the ID of a new thread, or the ID that the
// thread had before an exec.
func eventMessage(tid int) (int, error) {
	var message [8]byte
	err := ptraceBuffer(unix.PTRACE_GETEVENTMSG, tid, 0, message[:])
	return int(binary.NativeEndian.Uint64(message[:])), err
}

// sender returns who sent the signal that a thread stopped at, or 0 when that was the kernel.
func sender(tid int) (pid int, err error) {
	var info [128]byte // siginfo_t, see sigaction(2): si_signo, si_errno, si_code, then si_pid at 16
	if err = ptraceBuffer(unix.PTRACE_GETSIGINFO, tid, 0, info[:]); err != nil {
		return 0, err
	}
	switch code := int32(binary.NativeEndian.Uint32(info[8:])); code {
	case siUser, siQueue, siTkill:
		return int(int32(binary.NativeEndian.Uint32(info[16:]))), nil
	}
	return 0, nil
}

// Values of si_code (include/uapi/asm-generic/siginfo.h).
const (
	siUser  = 0
	siQueue = -1
	siTkill = -6
)

// call is a system call that a thread has entered.
type call struct {
	number int
	args   [6]uint64
}

// stopAt is what a thread has stopped at, of a system call.
type stopAt struct {
	entry  bool
	call   call  // at the entry
	result int64 // at the exit, -errno after an error
}

// syscallInfo returns where a thread has stopped: struct ptrace_syscall_info of ptrace(2), since Linux 5.3.
func syscallInfo(tid int) (at stopAt, err error) {
	var info [88]byte
	if err = ptraceBuffer(unix.PTRACE_GET_SYSCALL_INFO, tid, uintptr(len(info)), info[:]); err != nil {
		return at, err
	}
	word := func(n int) uint64 { return binary.NativeEndian.Uint64(info[24+8*n:]) }
	switch info[0] {
	case unix.PTRACE_SYSCALL_INFO_ENTRY, unix.PTRACE_SYSCALL_INFO_SECCOMP:
		at.entry, at.call.number = true, int(word(0))
		if binary.NativeEndian.Uint32(info[4:]) != auditArch { // numbers of another architecture mean other calls
			at.call.number = -1
		}
		for n := range at.call.args {
			at.call.args[n] = word(n + 1)
		}
	case unix.PTRACE_SYSCALL_INFO_EXIT:
		at.result = int64(word(0))
	}
	return at, nil
}
