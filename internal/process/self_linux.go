package process

import (
	"os"
	"os/exec"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// executable is this binary, also after its file was replaced or removed
// (os.Executable returns a path that is gone then, without an error). Where no
// /proc is mounted it is what its caller has called.
func executable() string {
	const link = "/proc/self/exe"
	if unix.Access(link, unix.F_OK) == nil {
		return link
	}
	if path, err := exec.LookPath(os.Args[0]); err == nil {
		if path, err = filepath.Abs(path); err == nil { // the guardian has another working folder
			return path
		}
	}
	return link // so that the error names it
}

// showName has ps and pgrep show a name: the kernel took that of the link that was
// executed, "exe" (proc_pid_comm(5)).
func showName(name string) {
	comm, err := unix.Open("/proc/self/comm", unix.O_WRONLY|unix.O_CLOEXEC, 0) // by os it takes six calls more
	if err != nil {
		return
	}
	_, _ = unix.Write(comm, []byte(name))
	_ = unix.Close(comm)
}
