package process

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
)

// A command takes some limits before its program begins, and only the process itself can do that. So the parent starts
// this binary as its setup. That takes the limits, and executes the program in its own place: the PID, the group, the
// standard streams, the working folder and the priority stay.
//
//	parent ── brood child run --memory=… --cpu-time=… --events=3 --path=PATH -- ARGV… ──▶ setup
//	   ◀── ready, end of file ────────── the program runs; exec has closed the pipe ─────────┤
//	   ◀── ready, an error number ────── exec has failed ────────────────────────────────────┤
//	   ◀── end of file ───────────────── the setup has ended: it got no thread or no memory ─┘

// setupTarget stands in place of a target on the command line of a setup.
const setupTarget = "run"

// pathKey is the named argument with the path of the program.
const pathKey = "path"

// ready is the byte that a setup writes just before exec. It is no error number.
const ready = 0

// IsSetup tells whether argv is that of a child that executes a command in its own place.
func IsSetup(argv []string) bool {
	return len(argv) > 2 && argv[1] == childCommand && argv[2] == setupTarget
}

// oneCPU keeps the setup from making threads for all CPUs. It is not passed on to the program.
const oneCPU = cpusKey + "=" + ours + "1"

// forProgram is the prefix of the variables that the setup must not heed.
const forProgram = "BROOD_FOR_PROGRAM_"

// setupEnvironment returns the environment of a setup whose program has this one. The setup is a program in Go, as the
// user's may be. With the settings of Go for that, the setup could crash, or write to the program's standard error.
func setupEnvironment(environ []string) []string {
	environ = slices.Clone(environ)
	for i, e := range environ {
		switch name, _, _ := strings.Cut(e, "="); name {
		case cpusKey, memoryKey, "GODEBUG", "GOGC", "GOTRACEBACK":
			environ[i] = forProgram + e
		}
	}
	return append(environ, oneCPU)
}

// programEnvironment undoes setupEnvironment.
func programEnvironment(environ []string) []string {
	environ = slices.DeleteFunc(environ, func(e string) bool { return e == oneCPU })
	for i, e := range environ {
		environ[i] = strings.TrimPrefix(e, forProgram)
	}
	return environ
}

// throughSetup starts cmd by way of a setup that takes own.memory and own.cpuTime. It returns when the program runs,
// or with the error that a start of the program itself would return. start starts cmd as it is then.
func throughSetup(cmd *exec.Cmd, own ownFlags, t ties, start func() error) error {
	path, argv := cmd.Path, cmd.Args
	if len(argv) == 0 {
		argv = []string{path}
	}
	status, w, err := os.Pipe()
	if err != nil {
		return err
	}
	defer status.Close()
	own.events = pass(cmd, w)
	cmd.Path = t.program
	cmd.Env = setupEnvironment(cmd.Env)
	config := Config{Target: setupTarget, Kwargs: map[string]string{pathKey: path}, Args: argv}
	if cmd.Args, err = commandLine(config, own, cmd.Env); err == nil {
		err = start()
	}
	w.Close()
	cmd.Args = argv // for the observer
	if err != nil {
		return ofProgram(path, err)
	}
	errno := awaitExec(status)
	if errno == 0 {
		return nil
	}
	t.guardians.leave(cmd.Process.Pid)
	_ = cmd.Wait() // its status says no more
	return &os.PathError{Op: "fork/exec", Path: path, Err: errno}
}

// ofProgram names the program in place of its setup.
func ofProgram(path string, err error) error {
	var at *os.PathError
	if errors.As(err, &at) {
		return &os.PathError{Op: at.Op, Path: path, Err: at.Err}
	}
	return err
}

// awaitExec returns 0 when the setup has executed the program, or else why not. Without a thread or memory the setup
// ends before it is ready, and another try may succeed: see Exhausted.
func awaitExec(status io.Reader) syscall.Errno {
	said, _ := io.ReadAll(status)
	if len(said) == 0 {
		return syscall.EAGAIN
	}
	return syscall.Errno(said[len(said)-1])
}
