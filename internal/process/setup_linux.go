package process

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Statuses of a setup that could not execute its program, as a shell has them (POSIX, "Exit Status for Commands").
const (
	statusNotExecutable = 126
	statusNotFound      = 127
)

// setUp is the program of a setup. It returns only if it cannot execute the command.
func setUp(args []string) (status int) {
	_, own, work, err := parseChild(args)
	if err == nil {
		err = Limits{Memory: own.memory, CPUTime: own.cpuTime}.Validate()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "child:", err)
		return usageStatus
	}
	path, given := work.Kwargs[pathKey]
	delete(work.Kwargs, pathKey)
	if len(work.Args) == 0 || len(work.Kwargs) > 0 {
		fmt.Fprintln(os.Stderr, "child: want run [--memory=BYTES] [--cpu-time=DURATION] [--path=PATH] -- COMMAND...")
		return usageStatus
	}
	if !given {
		path, err = LookPath(work.Args[0])
	}
	if err == nil {
		err = execute(path, work.Args, own)
	}
	fmt.Fprintln(os.Stderr, "child:", err)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, exec.ErrNotFound) {
		return statusNotFound
	}
	return statusNotExecutable
}

// execute takes the limits, and replaces this process by the program. It returns only if that fails, and only in a
// setup by hand: any other ends.
//
// syscall.Exec would allocate. That would crash this process once it has the program's limit of memory, since Go has
// mapped more than that already. So everything is ready before, and from the limit to the exec there are only raw
// system calls. One CPU keeps the runtime from starting a thread meanwhile.
func execute(path string, argv []string, own ownFlags) error {
	runtime.GOMAXPROCS(1)
	_ = syscall.Exec("", nil, nil) // fails; before that it resets RLIMIT_NOFILE, which Go has raised at its start
	program, err0 := syscall.BytePtrFromString(path)
	arguments, err1 := syscall.SlicePtrFromStrings(argv)
	environment, err2 := syscall.SlicePtrFromStrings(programEnvironment(os.Environ()))
	var data unix.Rlimit
	err3 := unix.Getrlimit(unix.RLIMIT_DATA, &data)
	if own.memory > 0 {
		data.Cur, data.Max = min(data.Cur, uint64(own.memory)), min(data.Max, uint64(own.memory))
	}
	if err := errors.Join(err0, err1, err2, err3); err != nil {
		return err
	}
	if own.cpuTime > 0 {
		if err := limitCPUTime(own.cpuTime); err != nil {
			return err
		}
	}
	said := []byte{ready}
	tell := func() {
		if own.events != 0 {
			syscall.RawSyscall(unix.SYS_WRITE, own.events, uintptr(unsafe.Pointer(&said[0])), 1)
		}
	}
	if own.events != 0 {
		unix.CloseOnExec(int(own.events))
	}

	_, _, errno := syscall.RawSyscall6(unix.SYS_PRLIMIT64, 0, unix.RLIMIT_DATA, uintptr(unsafe.Pointer(&data)), 0, 0, 0)
	if errno == 0 {
		tell()
		_, _, errno = syscall.RawSyscall(unix.SYS_EXECVE, uintptr(unsafe.Pointer(program)),
			uintptr(unsafe.Pointer(&arguments[0])), uintptr(unsafe.Pointer(&environment[0])))
	}
	said[0] = byte(errno)
	tell()
	if own.events != 0 {
		syscall.RawSyscall(unix.SYS_EXIT_GROUP, statusNotExecutable, 0, 0)
	}
	return &os.PathError{Op: "exec", Path: path, Err: errno}
}
