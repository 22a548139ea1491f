//go:build unix

package process_test

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"brood/internal/process"
)

// startInSession starts the target parent in a session of its own, and returns the PIDs. No adopter of its
// children is in their session then, however the test was started.
func startInSession(t *testing.T, kwargs []string, args ...string) map[string]int {
	t.Helper()
	argv := append([]string{"brood", "child", "parent"}, kwargs...)
	cmd := &exec.Cmd{Path: "/proc/self/exe", Args: append(append(argv, "--"), args...),
		Stderr: os.Stderr, SysProcAttr: &syscall.SysProcAttr{Setsid: true}}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	pids := map[string]int{"parent": cmd.Process.Pid}
	t.Cleanup(func() {
		for _, pid := range pids {
			killOwn(pid)
		}
		_ = cmd.Wait()
	})
	for line := range lineReader(out) {
		if line == "up" {
			return pids
		}
		who, pid, _ := strings.Cut(line, " ")
		pids[who] = atoi(pid)
	}
	t.Fatal("the parent ended before it was up")
	return nil
}

// A child that is stopped when its parent ends goes on and finishes its work, whether it listens to signals or
// not.
func TestStoppedChildGoesOnAfterItsParentsDeath(t *testing.T) {
	for _, target := range []string{"gate", "late-gate"} {
		t.Run(target, func(t *testing.T) {
			opening, out := newGate(t)
			pids := startInSession(t, []string{"--target=" + target, "--stopped=true"}, opening, out)
			_ = syscall.Kill(pids["parent"], syscall.SIGKILL)
			if !eventually(func() bool { return stateOf(pids["child"]) != "T" }) || gone(pids["child"]) {
				t.Fatalf("the child is in state %q", stateOf(pids["child"]))
			}
			open(t, opening)
			if !eventually(func() bool { return gone(pids["child"]) }) {
				t.Errorf("the child does not end, state %s", stateOf(pids["child"]))
			}
			if text, err := os.ReadFile(out); string(text) != "complete" {
				t.Errorf("it has written %q, %v", text, err)
			}
		})
	}
}

// A program that a child starts has the action for SIGHUP that the child had from its parent: the default one,
// or none under nohup.
func TestHangupOfPrograms(t *testing.T) {
	for _, ignored := range []bool{false, true} {
		t.Run(fmt.Sprint("ignored ", ignored), func(t *testing.T) {
			if signal.Ignored(syscall.SIGHUP) && !ignored {
				t.Skip("needs to be called without nohup")
			}
			trap := map[bool]string{true: `trap "" HUP; `}[ignored]
			cmd := exec.Command("sh", "-c", trap+`exec "$0" "$@"`, "/proc/self/exe", "child", "parent",
				"--target=program", "--end=return", "--", "/bin/sh", "-c", "kill -HUP $$")
			executable, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			cmd.Args[3] = executable
			out, err := cmd.CombinedOutput()
			want := map[bool]string{false: "signal: hangup", true: "no error"}[ignored]
			if err != nil || !strings.Contains(string(out), want) {
				t.Errorf("the program's end: %s, %v, want %s", out, err, want)
			}
		})
	}
}

// program runs a program, and writes how it ended.
func program(w *process.Work) error {
	err := exec.Command(w.Args[0], w.Args[1:]...).Run()
	if err == nil {
		_, err = fmt.Fprintln(os.Stderr, "no error")
	} else {
		_, err = fmt.Fprintln(os.Stderr, err)
	}
	fmt.Fprintln(w.Events, "up")
	return err
}
