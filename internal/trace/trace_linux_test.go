package trace

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"brood/internal/event"
	"brood/internal/status"
	"brood/internal/testenv"
	"brood/internal/view"
)

// The tests' own binary is the setup of the programs that they trace.
func init() {
	if IsSetup(os.Args) {
		os.Exit(Setup(os.Args))
	}
}

func TestMain(m *testing.M) { os.Exit(testenv.New(m).Run()) }

// observe runs a program. It returns the events, and how the program has ended.
func observe(t *testing.T, o Options) ([]event.Event, Exit) {
	t.Helper()
	events, exit, err := record(o)
	if err != nil {
		t.Fatalf("%q: %v", o.Command, err)
	}
	return events, exit
}

func record(o Options) (events []event.Event, exit Exit, err error) {
	o.Emit = func(e event.Event) { events = append(events, e) }
	exit, err = New(o).Run()
	return events, exit, err
}

// story is the events as lines, with the letters A, B, C for the processes in the order of their start.
func story(events []event.Event) (lines []string) {
	letters := map[int]string{}
	who := func(pid int) string {
		if l, ok := letters[pid]; ok {
			return l
		}
		return "?"
	}
	for _, e := range events {
		line := ""
		switch e.Kind {
		case event.Started:
			letters[e.PID] = string(rune('A' + len(letters)))
			line = fmt.Sprintf("%s started by %s %s", who(e.PID), who(e.PPID), e.Method)
		case event.Executed:
			line = fmt.Sprintf("%s executed %s", who(e.PID), strings.Join(e.Command, " "))
		case event.Signalled:
			line = fmt.Sprintf("%s %s from %s", who(e.PID), e.Signal, who(e.Sender))
		case event.Adopted:
			line = fmt.Sprintf("%s adopted by %s", who(e.PID), who(e.PPID))
		case event.Exited:
			line = fmt.Sprintf("%s reaped by %s, exit code %d", who(e.PID), who(e.PPID), *e.ExitCode)
		case event.Zombie:
			line = fmt.Sprintf("%s zombie, exit code %d", who(e.PID), *e.ExitCode)
		case event.Grouped:
			line = fmt.Sprintf("%s grouped with %s", who(e.PID), who(e.Group))
		default:
			line = fmt.Sprintf("%s %s %s", who(e.PID), e.Kind, e.Signal)
		}
		lines = append(lines, strings.TrimSpace(line))
	}
	return lines
}

// expect checks that the story has these lines, in this order, among others.
func expect(t *testing.T, events []event.Event, want ...string) {
	t.Helper()
	all := story(events)
	rest := all
	for _, line := range want {
		i := slices.Index(rest, line)
		if i < 0 {
			t.Fatalf("no %q (in this order) in:\n%s", line, strings.Join(all, "\n"))
		}
		rest = rest[i+1:]
	}
}

func bash(line string) Options { return Options{Command: []string{"bash", "-c", line}} }

func TestForkExecWait(t *testing.T) {
	events, exit := observe(t, bash("ls / >/dev/null; true; exit 3"))
	if exit.Code != 3 {
		t.Errorf("exit code %d", exit.Code)
	}
	expect(t, events, "A started by ?", "B started by A fork", "B executed ls /", "B zombie, exit code 0",
		"B reaped by A, exit code 0", "A reaped by ?, exit code 3")
	last := events[len(events)-1]
	if last.MaxRSS < 100<<10 || last.MaxRSS > 100<<20 || last.Duration <= 0 {
		t.Errorf("%+v", last)
	}
}

func TestSignals(t *testing.T) {
	events, exit := observe(t, bash("trap 'exit 7' TERM; kill -TERM $$; sleep 100"))
	if exit.Code != 7 {
		t.Errorf("exit code %d", exit.Code)
	}
	expect(t, events, "A SIGTERM from A", "A reaped by ?, exit code 7")

	events, _ = observe(t, bash("sleep 100 & kill -9 $!; wait $!"))
	expect(t, events, "B SIGKILL from A", "B zombie, exit code -9", "B reaped by A, exit code -9")
}

func TestStopAndContinue(t *testing.T) {
	events, _ := observe(t, bash("sleep 0.2 & kill -STOP $!; while ! grep -q 'State:.[tT]' /proc/$!/status; do :; done; "+
		"kill -CONT $!; wait $!"))
	expect(t, events, "B SIGSTOP from A", "B stopped SIGSTOP", "B SIGCONT from A", "B continued",
		"B reaped by A, exit code 0")
}

func TestAdopted(t *testing.T) {
	events, _ := observe(t, bash("(sleep 0.2; exit 4) & exit 0"))
	expect(t, events, "B adopted by ?", "A reaped by ?, exit code 0", "B zombie, exit code 4")

	events, _ = observe(t, Options{Command: []string{"/usr/bin/python3", "-c", `
import ctypes, os
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
if os.fork() == 0:
    if os.fork() == 0:
        os._exit(6)
    os._exit(5)
while True:
    try: os.wait()
    except ChildProcessError: break
`}})
	expect(t, events, "A subreaper", "C adopted by A")
	expect(t, events, "C reaped by A, exit code 6")
}

func TestZombieUntilReaped(t *testing.T) {
	events, _ := observe(t, Options{Command: []string{"/usr/bin/python3", "-c", `
import os, time
if os.fork() == 0:
    os._exit(1)
time.sleep(0.3)
os.wait()
`}})
	for _, e := range events {
		if e.Kind == event.Exited && *e.ExitCode == 1 && e.Zombie < 0.2 {
			t.Errorf("a zombie for %f s, want 0.3", e.Zombie)
		}
	}
	expect(t, events, "B zombie, exit code 1", "B reaped by A, exit code 1")
}

// A parent that ignores SIGCHLD has no zombies.
func TestIgnoredChildren(t *testing.T) {
	events, _ := observe(t, Options{Command: []string{"/usr/bin/python3", "-c", `
import os, signal, time
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
if os.fork() == 0:
    os._exit(1)
time.sleep(0.3)
`}})
	expect(t, events, "B reaped by A, exit code 1")
	if slices.Contains(story(events), "B zombie, exit code 1") {
		t.Errorf("a zombie: %q", story(events))
	}
}

func TestSessionsAndGroups(t *testing.T) {
	events, _ := observe(t, bash("set -m; sleep 0.1 & wait; set +m; setsid true; true"))
	expect(t, events, "B grouped with B", "B executed sleep 0.1", "C executed setsid true", "C session", "C executed true")
}

func TestVforkAndThreads(t *testing.T) {
	events, _ := observe(t, Options{Command: []string{"/usr/bin/python3", "-c", `
import subprocess, threading
subprocess.run(["true"])
all = [threading.Thread(target=print) for _ in range(3)]
for t in all: t.start()
for t in all: t.join()
`}})
	expect(t, events, "B started by A vfork", "B executed true")
	if last := events[len(events)-1]; last.Threads != 4 {
		t.Errorf("%d threads, want 4", last.Threads)
	}
}

func TestNotTraceable(t *testing.T) {
	script := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(script, []byte("no program\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"nosuch":      "executable file not found in $PATH",
		"/etc/passwd": "permission denied",
		script:        "exec format error",
	} {
		_, _, err := record(Options{Command: []string{name}})
		var start *StartError
		if !errors.As(err, &start) || start.Err.Error() != want {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
	if os.Geteuid() != 0 {
		su, err := exec.LookPath("su")
		if err == nil {
			_, _, err = record(Options{Command: []string{su}})
			if err == nil || !strings.Contains(err.Error(), "setuid") {
				t.Errorf("su: %v", err)
			}
		}
	}
}

// A program that is held until its parent has stopped is a zombie as long as Emit waits.
func TestHold(t *testing.T) {
	var states []string
	o := Options{Command: []string{"bash", "-c", "(exit 3); (exit 4) & wait"}, Hold: true}
	o.Emit = func(e event.Event) {
		if e.Kind == event.Zombie {
			text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", e.PID))
			if err != nil {
				text = []byte(err.Error())
			}
			_, state, _ := strings.Cut(string(text), ") ")
			states = append(states, state[:min(len(state), 1)])
		}
	}
	if _, err := New(o).Run(); err != nil || !slices.Equal(states, []string{"Z", "Z"}) {
		t.Errorf("%v; states %q, want Z Z", err, states)
	}
}

// A pipe has the processes that held its ends, with their descriptors.
func TestPipes(t *testing.T) {
	o := bash("x=$(echo a); seq 3 | tail -n 1 >/dev/null")
	o.Pipes = true
	var family status.Family
	events, _ := observe(t, o)
	for _, e := range events {
		family.Apply(e)
	}
	var drawn strings.Builder
	if err := view.Pipes(&drawn, &family, "en", 0); err != nil {
		t.Fatal(err)
	}
	// The parent may still have the other ends of its pipes when it is looked at.
	for _, want := range []string{`written by .*\bB \(1\).*, read by .*\bA \(3\)`, `written by .*\bC \(1\).*, read by .*\bD \(0\)`} {
		if !regexp.MustCompile(want).MatchString(drawn.String()) {
			t.Errorf("no %s in\n%s", want, drawn.String())
		}
	}
}

// Children that end at once are held one after another, and each goes on.
func TestHoldOfSeveral(t *testing.T) {
	o := bash("for i in {1..20}; do (exit 3) & done; wait; for i in {1..20}; do /bin/true & done; wait")
	o.Hold = true
	events, exit := observe(t, o)
	ended := slices.DeleteFunc(events, func(e event.Event) bool { return e.Kind != event.Exited })
	if exit.Code != 0 || len(ended) != 41 {
		t.Errorf("exit code %d, %d processes have ended, want 41", exit.Code, len(ended))
	}
}
