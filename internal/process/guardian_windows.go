package process

import (
	"os"
	"unsafe"

	"golang.org/x/sys/windows"
)

// guardians are a Job Object. Daemons assign themselves to it before their target runs. When its last handle
// closes, the system kills them and all their descendants. That is when the parent is gone, however it ended.
type guardians struct{ file *os.File }

func newGuardians(*watcher, *lifeline, string, string) (*guardians, error) {
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
	return &guardians{os.NewFile(uintptr(job), "job")}, nil
}

// join assigns a daemon that cannot do so itself to the job. Processes that it has started before stay
// out of the job.
func (g *guardians) join(daemon *os.Process) {
	_ = daemon.WithHandle(func(process uintptr) {
		_ = windows.AssignProcessToJobObject(windows.Handle(g.file.Fd()), windows.Handle(process))
	})
}

func (g *guardians) leave(int) {}

func (g *guardians) retire() {}

func (g *guardians) dismiss() {
	if g != nil {
		g.file.Close()
	}
}

func joinGuardian(job *os.File) error {
	defer job.Close()
	return windows.AssignProcessToJobObject(windows.Handle(job.Fd()), windows.CurrentProcess())
}

func guard([]string) {}

// sweepGroup does nothing: a daemon's descendants end with the job.
func sweepGroup(int) {}
