//go:build unix

package process

import (
	"errors"
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// ownGroup has the child lead a process group of its own. A Ctrl-C at the terminal then reaches the parent
// alone, and a daemon's descendants can be found.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// pass gives the child f, and returns the number of the descriptor in the child.
func pass(cmd *exec.Cmd, f *os.File) uintptr {
	cmd.ExtraFiles = append(cmd.ExtraFiles, f)
	return uintptr(2 + len(cmd.ExtraFiles))
}

// received opens the file that the parent passed as fd. It is closed on exec: a grandchild that held it would
// keep the parent's end of file from arriving.
func received(fd uintptr, name string) *os.File {
	unix.CloseOnExec(int(fd))
	return os.NewFile(fd, name)
}

// polled is received for a file that will be waited for. The wait costs no thread then.
func polled(fd uintptr, name string) *os.File {
	_ = unix.SetNonblock(int(fd), true) // if this fails, the wait holds a thread
	return received(fd, name)
}

const canSignalGroups = true

// sendToGroup sends a signal to the child's process group. After the child was reaped it does nothing, since the
// group's number may be a stranger's.
func (o *popen) sendToGroup(sig os.Signal) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.pid == 0 || errors.Is(o.process.Signal(syscall.Signal(0)), os.ErrProcessDone) {
		return nil
	}
	if err := syscall.Kill(-o.pid, sig.(syscall.Signal)); err != syscall.ESRCH {
		return err
	}
	return nil
}
