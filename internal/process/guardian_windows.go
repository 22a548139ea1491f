package process

import (
	"os"
	"unsafe"

	"golang.org/x/sys/windows"
)

// guardian is a Job Object that the daemons assign themselves to before their
// target runs. The system kills all of them, and what they started, when the last
// handle to it closes: when the parent is gone, however it ended.
type guardian struct{ file *os.File }

func newGuardian(*watcher, []*Process, func(*guardian)) (*guardian, error) {
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return nil, err
	}
	limits := windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION{}
	limits.BasicLimitInformation.LimitFlags = windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
	_, err = windows.SetInformationJobObject(job, windows.JobObjectExtendedLimitInformation,
		uintptr(unsafe.Pointer(&limits)), uint32(unsafe.Sizeof(limits)))
	if err != nil {
		windows.CloseHandle(job)
		return nil, err
	}
	return &guardian{os.NewFile(uintptr(job), "job")}, nil
}

func (g *guardian) bury() bool { return false }

func (g *guardian) enter(int) {}

func (g *guardian) leave(int) {}

func (g *guardian) dismiss() {
	if g != nil {
		g.file.Close()
	}
}

func joinGuardian(job *os.File) error {
	defer job.Close()
	return windows.AssignProcessToJobObject(windows.Handle(job.Fd()), windows.CurrentProcess())
}

func guard(any) {}

// sweepGroup does nothing: what a daemon started ends with the job.
func sweepGroup(int) {}
