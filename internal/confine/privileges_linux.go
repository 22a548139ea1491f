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
	had, err := capabilities()
	if err != nil {
		return err
	}
	kept := had.only(keep)
	set, err := unix.PrctlRetInt(unix.PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)
	if err != nil {
		return os.NewSyscallError("prctl", err)
	}
	if kept == had && set == 1 {
		return nil
	}
	if err := reachThreads(); err != nil {
		return err
	}
	if kept != had {
		if err := kept.set(); err != nil {
			return err
		}
	}
	if set == 1 {
		return nil
	}
	return os.NewSyscallError("prctl", ll.AllThreadsPrctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
}

// capabilitySets are the three sets of a process, of capabilities 0 to 31 and 32 to 63.
type capabilitySets [2]unix.CapUserData

func capabilities() (c capabilitySets, err error) {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	return c, os.NewSyscallError("capget", unix.Capget(&header, &c[0]))
}

// only returns the sets without all but keep. It also empties the inheritable set, and the
// kernel empties the ambient set with it. The bounding set does not matter: it limits the
// capabilities gained by execve, and with no_new_privs there are none.
func (c capabilitySets) only(keep Capabilities) (kept capabilitySets) {
	for i, mask := range []uint32{uint32(keep), uint32(keep >> 32)} {
		kept[i].Effective, kept[i].Permitted = c[i].Effective&mask, c[i].Permitted&mask
	}
	return kept
}

// set gives the sets to all threads.
func (c capabilitySets) set() error {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	_, _, errno := psx.Syscall3(unix.SYS_CAPSET, uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&c[0])), 0)
	if errno != 0 {
		return os.NewSyscallError("capset", errno)
	}
	return nil
}
