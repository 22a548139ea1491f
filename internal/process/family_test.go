//go:build unix

package process_test

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"brood/internal/process"
)

// fates are the programs that descendants of a daemon run. Each would stay for a while.
var fates = []struct{ name, script string }{
	{"sleeps", `exec sleep 1000`},
	{"ignores", `trap "" TERM HUP INT; exec sleep 1000`},
	{"stopped", `trap "" TERM HUP INT; kill -STOP $$; exec sleep 1000`},
	{"closed", `exec sleep 1000`}, // it has none of the daemon's files
}

// fateVariable names the variable with a descendant's fate, and with its place: group or session.
const fateVariable = "BROOD_TEST_FATE"

// family starts Args[0] daemons with descendants, writes their PIDs, and hangs. By hand it writes to standard
// output.
func family(w *process.Work) error {
	if process.Parent() == nil {
		w.Events = os.Stdout
	}
	var daemons []*process.Process
	for range atoi(w.Args[0]) {
		p := process.New(process.Config{Target: "descendants", Daemon: new(true), Events: true})
		if err := p.Start(); err != nil {
			return err
		}
		daemons = append(daemons, p)
	}
	for i, p := range daemons {
		pid, _ := p.PID()
		fmt.Fprintf(w.Events, "daemon-%d %d\n", i, pid)
		for line := range lineReader(p.Events()) {
			if line == "up" {
				break
			}
			fmt.Fprintf(w.Events, "%d-%s\n", i, line)
		}
	}
	return waitFor(w)
}

// waitFor writes "up" and hangs. By hand it returns when the test closes the standard input.
func waitFor(w *process.Work) error {
	fmt.Fprintln(w.Events, "up")
	if process.Parent() != nil {
		return hang(w)
	}
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}

// descendants starts a program for each fate in the child's group, another in a session of its own, and hangs.
func descendants(w *process.Work) error {
	for _, where := range []string{"group", "session"} {
		for _, fate := range fates {
			pid, err := descend(fate.name, fate.script, where)
			if err != nil {
				return err
			}
			fmt.Fprintf(w.Events, "%s-%s %d\n", where, fate.name, pid)
		}
	}
	return hang(w)
}

// closed starts a program that has none of this process's files, and hangs.
func closed(w *process.Work) error {
	pid, err := descend("closed", "exec sleep 1000", "group")
	if err != nil {
		return err
	}
	fmt.Fprintln(w.Events, "descendant", pid)
	return hang(w)
}

func descend(fate, script, where string) (pid int, err error) {
	if fate == "closed" {
		passOn(false)
		defer passOn(true)
	}
	cmd := exec.Command("sh", "-c", script)
	cmd.Env = append(os.Environ(), fateVariable+"="+where+"-"+fate)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: where == "session"}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	if fate == "stopped" && !waitState(cmd.Process.Pid, "T") {
		return 0, fmt.Errorf("%d does not stop", cmd.Process.Pid)
	}
	return cmd.Process.Pid, nil
}

// passOn sets whether descendants inherit this process's lifeline.
func passOn(inherited bool) {
	for fd := uintptr(50); fd < 60; fd++ {
		flag := unix.FD_CLOEXEC
		if inherited {
			flag = 0
		}
		_, _ = unix.FcntlInt(fd, unix.F_SETFD, flag) // most of these descriptors do not exist
	}
}

// stoppedGuardians stops its guardians, has Args[0] daemons end, and hangs.
func stoppedGuardians(w *process.Work) error {
	for n := range 1 + atoi(w.Args[0]) {
		p := process.New(process.Config{Target: "return", Daemon: new(true)})
		if err := p.Start(); err != nil {
			return err
		}
		if n == 0 {
			for i, pid := range guardiansOf(os.Getpid()) {
				fmt.Fprintf(w.Events, "guardian-%d %d\n", i, pid)
				if err := stopWithShortPipes(pid); err != nil {
					return err
				}
			}
		}
		if err := p.Join(); err != nil {
			return err
		}
	}
	return hang(w)
}

// stopWithShortPipes stops a process, and makes its pipes as short as possible.
func stopWithShortPipes(pid int) error {
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		return err
	}
	if !waitState(pid, "T") {
		return fmt.Errorf("%d does not stop", pid)
	}
	return shortenPipes(pid)
}

// roleOf returns the role of a process in a family: parent, daemon, guardian, or the fate of a descendant.
func roleOf(pid int) string {
	environ, _ := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
	if _, fate, ok := strings.Cut(string(environ), fateVariable+"="); ok {
		fate, _, _ = strings.Cut(fate, "\x00")
		return fate
	}
	argv, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	words := strings.Split(string(argv)+"\x00\x00\x00", "\x00")
	if words[1] == "child" {
		return map[bool]string{true: "parent", false: "daemon"}[words[2] == "family"]
	}
	return words[1]
}
