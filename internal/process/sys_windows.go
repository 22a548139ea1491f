package process

import (
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/windows"
)

// ownGroup has a Ctrl-C reach the parent alone.
func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP}
}

// pass gives the child f, and returns the handle in the child.
func pass(cmd *exec.Cmd, f *os.File) uintptr {
	_ = windows.SetHandleInformation(windows.Handle(f.Fd()), windows.HANDLE_FLAG_INHERIT, windows.HANDLE_FLAG_INHERIT)
	handles := &cmd.SysProcAttr.AdditionalInheritedHandles
	*handles = append(*handles, syscall.Handle(f.Fd()))
	return f.Fd()
}

// received opens the file that the parent passed. The child's own children do not inherit it.
func received(handle uintptr, name string) *os.File {
	_ = windows.SetHandleInformation(windows.Handle(handle), windows.HANDLE_FLAG_INHERIT, 0)
	return os.NewFile(handle, name)
}

func polled(handle uintptr, name string) *os.File { return received(handle, name) }

const canSignalGroups = false

func (o *popen) sendToGroup(os.Signal) error { return nil }
