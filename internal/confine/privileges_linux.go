package confine

import (
	"os"
	"unsafe"

	ll "github.com/landlock-lsm/go-landlock/landlock/syscall"
	"golang.org/x/sys/unix"
	"kernel.org/pub/linux/libs/security/libcap/psx"
)

// dropPrivileges gives up all capabilities but keep, and sets no_new_privs. It makes no call
// on all threads unless one is necessary: such a call stops all threads for about 0.1 ms.
func dropPrivileges(keep Capabilities) error {
	if err := dropCapabilities(keep); err != nil {
		return err
	}
	set, err := unix.PrctlRetInt(unix.PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)
	if err != nil || set == 1 {
		return os.NewSyscallError("prctl", err)
	}
	if err := reachThreads(); err != nil {
		return err
	}
	return os.NewSyscallError("prctl", ll.AllThreadsPrctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
}

// dropCapabilities gives up all capabilities but keep. It also empties the inheritable set,
// and the kernel empties the ambient set with it. The bounding set does not matter: it limits
// the capabilities gained by execve, and with no_new_privs there are none.
func dropCapabilities(keep Capabilities) error {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var had [2]unix.CapUserData // numbers 0 to 31, and 32 to 63
	if err := unix.Capget(&header, &had[0]); err != nil {
		return os.NewSyscallError("capget", err)
	}
	var kept [2]unix.CapUserData
	for i, mask := range []uint32{uint32(keep), uint32(keep >> 32)} {
		kept[i].Effective, kept[i].Permitted = had[i].Effective&mask, had[i].Permitted&mask
	}
	if kept == had {
		return nil
	}
	if err := reachThreads(); err != nil {
		return err
	}
	_, _, errno := psx.Syscall3(
		unix.SYS_CAPSET, uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&kept[0])), 0)
	if errno != 0 {
		return os.NewSyscallError("capset", errno)
	}
	return nil
}
