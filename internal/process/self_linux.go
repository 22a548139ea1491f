package process

import (
	"os"
	"path/filepath"
)

// executable is this binary, also after its file was replaced or removed
// (os.Executable returns a path that is gone then, without an error).
func executable() string { return "/proc/self/exe" }

// showName has ps and pgrep show the program's name: the kernel took that of
// the link that was executed, "exe" (proc_pid_comm(5)).
func showName() {
	_ = os.WriteFile("/proc/self/comm", []byte(filepath.Base(os.Args[0])), 0)
}
