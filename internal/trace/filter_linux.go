//go:build amd64 || arm64

package trace

import (
	"errors"
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// observed are the system calls at which a thread stops. A call with a condition stops it only when that argument has
// that value.
var observed = []struct {
	number, argument int // no condition: -1
	value            uint32
}{
	{unix.SYS_WAIT4, -1, 0},
	{unix.SYS_WAITID, -1, 0},
	{unix.SYS_SETSID, -1, 0},
	{unix.SYS_SETPGID, -1, 0},
	{unix.SYS_PRCTL, 0, unix.PR_SET_CHILD_SUBREAPER},

	// A process does not stop at SIGKILL, so these tell who sent it.
	{unix.SYS_KILL, 1, uint32(unix.SIGKILL)},
	{unix.SYS_TKILL, 1, uint32(unix.SIGKILL)},
	{unix.SYS_TGKILL, 2, uint32(unix.SIGKILL)},
	{unix.SYS_PIDFD_SEND_SIGNAL, 1, uint32(unix.SIGKILL)},
	{unix.SYS_RT_SIGQUEUEINFO, 1, uint32(unix.SIGKILL)},
}

// filter returns the program of a seccomp filter that stops a thread at the observed calls. See seccomp(2), and for the
// offsets struct seccomp_data there.
func filter() (program []unix.SockFilter) {
	const (
		load, equal, ret    = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, unix.BPF_RET
		numberAt, archAt    = 0, 4
		argumentsAt, argLen = 16, 8
	)
	add := func(code uint16, k uint32, yes, no uint8) {
		program = append(program, unix.SockFilter{Code: code, Jt: yes, Jf: no, K: k})
	}
	stop := func() { add(ret, unix.SECCOMP_RET_TRACE, 0, 0) }
	pass := func() { add(ret, unix.SECCOMP_RET_ALLOW, 0, 0) }

	add(load, archAt, 0, 0)
	add(equal, auditArch, 1, 0)
	pass()
	add(load, numberAt, 0, 0)
	for _, o := range observed {
		if o.argument < 0 {
			add(equal, uint32(o.number), 0, 1)
			stop()
			continue
		}
		add(equal, uint32(o.number), 0, 4)
		add(load, uint32(argumentsAt+argLen*o.argument), 0, 0) // the low half on a little-endian machine
		add(equal, o.value, 0, 1)
		stop()
		pass()
	}
	pass()
	return program
}

// takeFilter gives the filter to this thread. It stays after an exec. Without CAP_SYS_ADMIN the kernel wants a promise
// first: that no exec gives more rights. A traced program does not get them anyway.
func takeFilter() error {
	program := filter()
	f := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	take := func() error {
		_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, 0, uintptr(unsafe.Pointer(&f)))
		if errno != 0 {
			return errno
		}
		return nil
	}
	err := take()
	if errors.Is(err, unix.EACCES) {
		if err = unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err == nil {
			err = take()
		}
	}
	if err != nil {
		return fmt.Errorf("seccomp filter: %w", err)
	}
	return nil
}
