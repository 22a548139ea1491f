//go:build unix

package process_test

import (
	"bufio"
	"errors"
	"io"
	"iter"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"brood/internal/process"
)

// lineReader yields the lines of r without reading past the one that was asked for last.
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

// start starts a process whose events are read, and sees to it that none is left after the test.
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

// up waits until the child says that it is up, and returns the PIDs it has named until then.
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

// killOwn ends a process that a child of ours has started, should it be alive still.
func killOwn(pid int) {
	if !gone(pid) {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
}

// said is all that the child writes to its events.
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

// newGate makes what the target "gate" waits at, and names the file that it makes then.
func newGate(t *testing.T) (opening, out string) {
	t.Helper()
	dir := t.TempDir()
	opening = dir + "/gate"
	if err := syscall.Mkfifo(opening, 0o600); err != nil {
		t.Fatal(err)
	}
	return opening, dir + "/out"
}

// open lets the one who waits at the gate go on.
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
