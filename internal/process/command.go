package process

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"time"
)

// Command is a program that a process runs in place of a target of this program. Its command line is its own, so
// ps shows it as if a shell had started it.
//
// A command knows nothing of the model. It inherits no descriptor but the first three, and the parent does for it
// what other children do for themselves: it enters a daemon in the guardians' list, just after the start. Signals
// of Terminate, Kill and Signal go to its process group, since a command may be a shell that waits for others.
// The parent starts it directly, unless it has limits that only the process itself can take: see setup.go.
type Command struct {
	Path  string   // of the program; a relative path is below Dir
	Args  []string // its argv; the first is its name
	Env   []string // nil: this process's own environment
	Dir   string   // its working folder; "" for this process's own
	Stdin *os.File // nil: the null device
}

// errOfTarget is the error of a Config with a Command and something that only a target can have.
var errOfTarget = errors.New("a command has no Target, Args, Kwargs, Events, Receive, Shared, Files")

// validate checks that the process is either a target or a command.
func (c *Config) validate() error {
	if c.Command == nil {
		if c.Target == setupTarget {
			return fmt.Errorf("target %q: is the setup of a command", setupTarget)
		}
		return nil
	}
	if c.Target != "" || len(c.Args)+len(c.Kwargs)+len(c.Files) > 0 || c.Events || c.Receive != nil ||
		c.Shared != nil {
		return errOfTarget
	}
	return checkArgs(c.Command.Args, c.Command.environment())
}

func (c *Command) environment() []string {
	if c.Env == nil {
		return os.Environ()
	}
	return c.Env
}

// theShell runs a file that the kernel does not know how to run.
const theShell = "/bin/sh"

// tryCommand is try for a command. The caller holds mu.
func (o *popen) tryCommand(c *Config, own ownFlags, t ties, s *spawner) (began time.Time, err error) {
	cmd := &exec.Cmd{
		Path:        c.Command.Path,
		Args:        c.Command.Args,
		Env:         c.Command.environment(),
		Dir:         c.Command.Dir,
		Stdin:       t.null,
		Stdout:      output(c.Stdout, os.Stdout),
		Stderr:      output(c.Stderr, os.Stderr),
		SysProcAttr: ownGroup(),
		WaitDelay:   outputDelay,
	}
	if c.Command.Stdin != nil {
		cmd.Stdin = c.Command.Stdin
	}
	if own.daemon {
		cmd.Env = append(slices.Clip(cmd.Env), t.mark)
	}
	var stderr *os.File
	defer func() {
		o.dropPipes()
		stderr.Close()
	}()
	if stderr, err = o.openStderr(c, t.watcher); err != nil {
		return began, fmt.Errorf("standard error: %w", err)
	}
	if stderr != nil {
		cmd.Stderr = stderr
	}
	group := t.cgroups.enter(c.Limits.Memory, own.daemon)
	direct := s.starting(cmd, own.daemon)
	start := direct
	if own.daemon {
		start = func() error {
			err := startMarked(t.mark, direct)
			if err == nil {
				t.guardians.join(cmd.Process)
			}
			return err
		}
	}
	setup := own
	if group.limited() {
		setup.memory = 0 // the group limits what the command really takes
	}
	if setup.memory == 0 && setup.cpuTime == 0 {
		began, err = o.run(cmd, group, start)
	} else {
		began, err = o.run(cmd, group, func() error { return throughSetup(cmd, setup, t, start) })
	}
	if errors.Is(err, syscall.ENOEXEC) && c.Command.Path != theShell { // a script without #!, as in execvp(3)
		argv := append([]string{"sh", c.Command.Path}, c.Command.Args[min(1, len(c.Command.Args)):]...)
		c.Command = &Command{theShell, argv, c.Command.Env, c.Command.Dir, c.Command.Stdin}
		o.dropPipes()
		return o.tryCommand(c, own, t, s)
	}
	o.grouped = err == nil
	return began, err
}

// LookPath returns the path of a program, as a shell finds it by $PATH.
func LookPath(name string) (string, error) {
	path, err := exec.LookPath(name)
	var why *exec.Error
	if errors.As(err, &why) {
		return "", fmt.Errorf("program %q: %w", name, why.Err)
	}
	return path, err
}
