//go:build linux

package main

import (
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"brood/internal/pace"
	"brood/internal/testenv"
)

// job runs brood as a shell does: in a process group of its own, which has the terminal.
// A group whose parent is not in the same session is orphaned, and cannot be stopped.
func job(args []string) (status int) {
	signal.Ignore(syscall.SIGTTOU)
	cmd := exec.Cmd{
		Path: "/proc/self/exe", Args: args, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		SysProcAttr: &syscall.SysProcAttr{Setpgid: true, Foreground: true},
	}
	_ = cmd.Run()
	return cmd.ProcessState.ExitCode()
}

// asJob has a job run brood.
func asJob(cmd *exec.Cmd) *exec.Cmd {
	cmd.Args = append([]string{"job"}, cmd.Args...)
	return cmd
}

// becomesBrood has r.pid be brood's, which the process that was started has as its child.
func (r *run) becomesBrood() {
	r.Helper()
	if !eventually(func() bool {
		for _, pid := range pids() {
			s, ok := readStat(pid)
			if args := argv(pid); ok && s.ppid == r.cmd.Process.Pid && len(args) > 1 && args[1] == "copy" {
				r.pid = pid
			}
		}
		return r.pid != r.cmd.Process.Pid || r.over()
	}) || r.over() {
		r.Fatalf("no brood was started; it says:\n%s", r.stderr())
	}
}

// Ctrl-Z stops all, and what a shell's fg does lets all go on.
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
			t.Fatalf("state %s after Ctrl-Z", stateOf(r.pid))
		}
		// One that has come to its end meanwhile shows nothing: the next may.
		c := held[0]
		if !eventually(func() bool { return c.state() == "T" || gone(c.pid) }) {
			t.Errorf("state %s of the child after Ctrl-Z", c.state())
		}
		seen = c.state() == "T"
		must(t, syscall.Kill(-r.pid, syscall.SIGCONT))
		if !eventually(func() bool { return stateOf(r.pid) != "T" && c.state() != "T" }) {
			t.Errorf("states %s and %s after SIGCONT", stateOf(r.pid), c.state())
		}
	}
	if !seen {
		t.Error("no child was seen stopped")
	}
	r.unlimit()
	r.wants(0)
	p.equal(t)
}

// Where nobody could end a stop brood goes on, and says so once.
func TestSuspendThatNobodyCouldEnd(t *testing.T) {
	const ignored = "brood: Ctrl-Z is ignored: "
	for _, c := range []struct {
		name, says string
		change     func(t *testing.T, p place, cmd *exec.Cmd)
	}{
		{"orphaned", "nobody could continue this process: its process group is orphaned\n", func(_ *testing.T, _ place, cmd *exec.Cmd) {
			cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		}},
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
			cmd := p.copy("--jobs=1", "--bwlimit=20K") // 100 s, if nobody changes that
			c.change(t, p, cmd)
			r := start(t, p, cmd)
			if c.name == "PID 1" {
				r.becomesBrood()
			}
			r.says("child started")
			r.signal(syscall.SIGTSTP)
			r.says(ignored + c.says)
			r.signal(syscall.SIGTSTP)
			bucket, err := pace.Of(r.pid)
			must(t, err)
			bucket.SetRate(0)
			must(t, bucket.Close())
			r.wants(0)
			p.equal(t)
			if n := strings.Count(r.stderr(), ignored); n != 1 {
				t.Errorf("it says %d times that Ctrl-Z is ignored:\n%s", n, r.stderr())
			}
		})
	}
}
