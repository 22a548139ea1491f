package process_test

import (
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"brood/internal/process"
)

// If no process can start in a group, as under Docker's filter, the child starts without one.
func TestCgroupWithoutClone3(t *testing.T) {
	inGroup(t, 0, 0, func(t *testing.T, group string) {
		forbidClone3(t)
		p := start(t, process.Config{Target: "return", Limits: small})
		if code := exitCode(t, p); code != 0 {
			t.Errorf("exit code %d", code)
		}
		process.Finish(time.Second)
		wantNoGroup(t, group)
	})
}

// forbidClone3 makes clone3 fail with ENOSYS for all threads of this process and its children.
func forbidClone3(t *testing.T) {
	t.Helper()
	filter := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS}, // the call's number
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: unix.SYS_CLONE3, Jf: 1},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | uint32(unix.ENOSYS)},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC,
		uintptr(unsafe.Pointer(&program)))
	if errno != 0 {
		t.Fatal(errno)
	}
}
