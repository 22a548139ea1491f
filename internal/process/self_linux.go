package process

import (
	"os"
	"os/exec"
	"path/filepath"
	"unsafe"

	"golang.org/x/sys/unix"
)

// executable returns this binary, also after its file was replaced or removed. (os.Executable then returns a
// path that is gone, without an error.) Without /proc it is the program's path, from its first argument.
func executable() string {
	const link = "/proc/self/exe"
	if unix.Access(link, unix.F_OK) == nil {
		return link
	}
	if path, err := exec.LookPath(os.Args[0]); err == nil {
		if path, err = filepath.Abs(path); err == nil { // a guardian has another working folder
			return path
		}
	}
	return link // so that the error names it
}

// showName sets the name that ps and pgrep show, which is the main thread's. The kernel took "exe", from the link
// that was executed (proc_pid_comm(5)).
func showName(name string) {
	if unix.Gettid() == self.pid {
		text := append([]byte(name), 0)
		_ = unix.Prctl(unix.PR_SET_NAME, uintptr(unsafe.Pointer(&text[0])), 0, 0, 0)
		return
	}
	comm, err := unix.Open("/proc/self/comm", unix.O_WRONLY|unix.O_CLOEXEC, 0) // package os needs six more calls
	if err != nil {
		return
	}
	_, _ = unix.Write(comm, []byte(name))
	_ = unix.Close(comm)
}
