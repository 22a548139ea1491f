//go:build unix

package process_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"brood/internal/machine"
	"brood/internal/process"
	"brood/internal/testenv"
)

// lineReader yields the lines of r. It reads no further than the line that the caller stops at.
func lineReader(r io.Reader) iter.Seq[string] {
	buffered := bufio.NewReader(r)
	return func(yield func(string) bool) {
		for {
			line, err := buffered.ReadString('\n')
			if err != nil || !yield(strings.TrimSuffix(line, "\n")) {
				return
			}
		}
	}
}

// start starts a process with events, and ends it after the test.
func start(t *testing.T, c process.Config) *process.Process {
	t.Helper()
	c.Events = true
	p := process.New(c)
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	events := p.Events()
	t.Cleanup(func() {
		_ = p.Kill()
		_ = p.Join()
		events.Close()
	})
	return p
}

// up waits until the child writes "up", and returns the PIDs that the child has written before.
func up(t *testing.T, p *process.Process) map[string]int {
	t.Helper()
	pids := map[string]int{}
	for line := range lineReader(p.Events()) {
		if line == "up" {
			return pids
		}
		what, pid, _ := strings.Cut(line, " ")
		n, err := strconv.Atoi(pid)
		if err != nil {
			t.Fatalf("%s said %q", p.Name(), line)
		}
		pids[what] = n
		t.Cleanup(func() { killOwn(n) })
	}
	t.Fatalf("%v ended before it was up", p)
	return nil
}

// killOwn kills a process that one of our children has started, if it is alive.
func killOwn(pid int) {
	if !gone(pid) {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
}

// said returns everything that the child writes to its events, and joins it.
func said(t *testing.T, p *process.Process) string {
	t.Helper()
	text, err := io.ReadAll(p.Events())
	if err != nil {
		t.Fatal(err)
	}
	join(t, p)
	return string(text)
}

func join(t *testing.T, p *process.Process) {
	t.Helper()
	if err := p.Join(); err != nil {
		t.Fatal(err)
	}
}

func exitCode(t *testing.T, p *process.Process) int {
	t.Helper()
	join(t, p)
	code, err := p.ExitCode()
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func pidOf(t *testing.T, p *process.Process) int {
	t.Helper()
	pid, err := p.PID()
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

func isAlive(t *testing.T, p *process.Process) bool {
	t.Helper()
	alive, err := p.IsAlive()
	if err != nil {
		t.Fatal(err)
	}
	return alive
}

func isActive(p *process.Process) bool { return slices.Contains(process.ActiveChildren(), p) }

// newGate makes a named pipe for the target "gate", and names the file that gate then makes.
func newGate(t *testing.T) (opening, out string) {
	t.Helper()
	dir := t.TempDir()
	opening = dir + "/gate"
	if err := syscall.Mkfifo(opening, 0o600); err != nil {
		t.Fatal(err)
	}
	return opening, dir + "/out"
}

// open lets the child that waits at the gate go on.
func open(t *testing.T, gate string) {
	t.Helper()
	f, err := os.OpenFile(gate, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
}

// runSelf runs this binary with these arguments, as a person would.
func runSelf(t *testing.T, args ...string) (status int) {
	t.Helper()
	cmd := exec.Command("/proc/self/exe", args...)
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode()
}

// stateOf returns the state's letter in /proc/PID/stat; "" for a process that is gone.
func stateOf(pid int) string {
	fields := append(machine.Stat(fmt.Sprintf("/proc/%d/stat", pid)), "")
	return fields[0]
}

// waitState waits until the process has the state.
func waitState(pid int, want string) bool {
	return eventually(func() bool { return stateOf(pid) == want })
}

// gone tells whether the process has ended. A zombie has; its adopter may take a moment to reap it.
func gone(pid int) bool {
	state := stateOf(pid)
	return state == "" || state == "Z" || state == "X"
}

// eventually polls with a deadline that no machine is too slow for.
func eventually(condition func() bool) bool {
	for deadline := time.Now().Add(testenv.Patience); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		if condition() {
			return true
		}
	}
	return condition()
}

// waitStopped waits until all threads have stopped. Only then the kernel counts the process as stopped.
func waitStopped(pid int) bool {
	return eventually(func() bool {
		tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
		for _, task := range tasks {
			if fields := machine.Stat(task); len(fields) > 0 && fields[0] != "T" {
				return false
			}
		}
		return len(tasks) > 0
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
