//go:build linux

package main

import (
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"testing"

	"brood/internal/testenv"
)

// job runs a program with arguments as a shell's job: in its own process group, in the foreground of the terminal.
// Without a parent in the same session the group would be orphaned, and could not be stopped.
func job(args []string) (status int) {
	signal.Ignore(syscall.SIGTTOU)
	cmd := exec.Cmd{
		Path: args[0], Args: append([]string{"brood"}, args[1:]...),
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		SysProcAttr: &syscall.SysProcAttr{Setpgid: true, Foreground: true},
	}
	_ = cmd.Run()
	return cmd.ProcessState.ExitCode()
}

// asJob makes cmd a job that runs brood.
func asJob(cmd *exec.Cmd) *exec.Cmd {
	cmd.Args = slices.Concat([]string{"job", cmd.Path}, cmd.Args[1:])
	cmd.Path = "/proc/self/exe"
	return cmd
}

// becomesBrood sets r.pid to the PID of brood, which is a child of the started process.
func (r *run) becomesBrood() {
	r.Helper()
	if !eventually(func() bool {
		for _, pid := range pids() {
			s, ok := readStat(pid)
			args := argv(pid)
			if ok && s.ppid == r.cmd.Process.Pid && len(args) > 1 && (args[1] == "copy" || args[1] == "trace") {
				r.pid = pid
			}
		}
		return r.pid != r.cmd.Process.Pid || r.over()
	}) || r.over() {
		r.Fatalf("process %d has no child brood; stderr:\n%s", r.cmd.Process.Pid, r.stderr())
	}
}

// Ctrl-Z stops brood and its children. SIGCONT to their group, as from a shell's fg, continues them.
func TestSuspend(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.big(t, 8)
	r := startInTerminal(t, p, asJob(p.copySlowly("--jobs=1")))
	r.becomesBrood()
	seen := false
	for !seen && !r.over() {
		held := r.holdSlow(1)
		goOn(held)
		r.types("\x1a")
		if !eventually(func() bool { return stateOf(r.pid) == "T" || r.over() }) {
			t.Fatalf("brood is in state %s after Ctrl-Z, want T", stateOf(r.pid))
		}
		// If the child has ended meanwhile, the test tries the next one.
		c := held[0]
		if !eventually(func() bool { return c.state() == "T" || gone(c.pid) }) {
			t.Errorf("the child is in state %s after Ctrl-Z, want T", c.state())
		}
		seen = c.state() == "T"
		must(t, syscall.Kill(-r.pid, syscall.SIGCONT))
		if !eventually(func() bool { return stateOf(r.pid) != "T" && c.state() != "T" }) {
			t.Errorf("brood and its child are in states %s and %s after SIGCONT, want neither stopped",
				stateOf(r.pid), c.state())
		}
	}
	if !seen {
		t.Error("no child was in state T after Ctrl-Z, want one")
	}
	r.unlimit()
	r.wants(0)
	p.equal(t)
}

// brood ignores Ctrl-Z, and says so once, when nobody could continue it.
func TestSuspendThatNobodyCouldEnd(t *testing.T) {
	const ignored = "brood: Ctrl-Z is ignored: "
	for _, c := range []struct {
		name, says string
		change     func(t *testing.T, p place, cmd *exec.Cmd)
	}{
		{"orphaned", "nobody could continue this process: its process group is orphaned\n",
			func(_ *testing.T, _ place, cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }},
		{"PID 1", "PID 1 cannot be stopped from within its container\n", func(t *testing.T, p place, cmd *exec.Cmd) {
			testenv.Long(t)
			needsRoot(t, "to make a PID namespace")
			needs(t, "unshare")
			cmd.Args[0] = p.installed(t)
			cmd.Args = append([]string{"unshare", "--pid", "--fork", "--mount-proc", "--kill-child"}, cmd.Args...)
			cmd.Path, _ = exec.LookPath("unshare")
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			p.small(t, 2, 1<<20)
			cmd := p.copy("--jobs=1", "--bwlimit=20K") // 100 s, unless the test changes the rate
			c.change(t, p, cmd)
			r := start(t, p, cmd)
			if c.name == "PID 1" {
				r.becomesBrood()
			}
			r.says("child started")
			r.signal(syscall.SIGTSTP)
			r.says(ignored + c.says)
			r.signal(syscall.SIGTSTP)
			unlimit(t, r.pid)
			r.wants(0)
			p.equal(t)
			if n := strings.Count(r.stderr(), ignored); n != 1 {
				t.Errorf("stderr has %d times %q, want once:\n%s", n, ignored, r.stderr())
			}
		})
	}
}
