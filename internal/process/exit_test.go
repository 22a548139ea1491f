//go:build unix

package process_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"

	"brood/internal/process"
)

func TestExitCodes(t *testing.T) {
	for _, row := range []struct {
		name   string
		config process.Config
		code   int
		text   string // the end of String, after the parent's PID
		stderr string // the beginning of its standard error
	}{
		{"return", process.Config{Target: "return"}, 0, "stopped exitcode=0", ""},
		{"exit(0)", process.Config{Target: "exit", Args: []string{"0"}}, 0, "stopped exitcode=0", ""},
		{"exit(3)", process.Config{Target: "exit", Args: []string{"3"}}, 3, "stopped exitcode=3", ""},
		{"exit(256)", process.Config{Target: "exit", Args: []string{"256"}}, 0, "stopped exitcode=0", ""},
		{"exit(257)", process.Config{Target: "exit", Args: []string{"257"}}, 1, "stopped exitcode=1", ""},
		{"exit(-1)", process.Config{Target: "exit", Args: []string{"-1"}}, 255, "stopped exitcode=255", ""},
		{"error", process.Config{Target: "error", Name: "a"}, 1, "stopped exitcode=1", "Process a:\nno such tune\n"},
		{"panic", process.Config{Target: "panic", Name: "b"}, 1, "stopped exitcode=1", "Process b:\npanic: out of tune\n\ngoroutine "},
		{"nil pointer", process.Config{Target: "nil", Name: "c"}, 1, "stopped exitcode=1", "Process c:\npanic: runtime error: invalid memory address"},
		{"Goexit", process.Config{Target: "goexit", Name: "d"}, 1, "stopped exitcode=1", "Process d:\nthe target has called runtime.Goexit\n"},
		{"panic in a goroutine", process.Config{Target: "panic-aside"}, 2, "stopped exitcode=2", "panic: out of tune\n\ngoroutine "},
		{"SIGTERM", raising(syscall.SIGTERM), -15, "stopped exitcode=-SIGTERM", ""},
		{"SIGKILL", raising(syscall.SIGKILL), -9, "stopped exitcode=-SIGKILL", ""},
		{"SIGSEGV", raising(syscall.SIGSEGV), -11, "stopped exitcode=-SIGSEGV", ""},
		{"SIGABRT", raising(syscall.SIGABRT), -6, "stopped exitcode=-SIGABRT", ""},
		{"SIGQUIT", raising(syscall.SIGQUIT), -3, "stopped exitcode=-SIGQUIT", ""},
		{"SIGUSR1", raising(syscall.SIGUSR1), -10, "stopped exitcode=-SIGUSR1", ""},
		{"SIGXCPU", raising(syscall.SIGXCPU), -24, "stopped exitcode=-SIGXCPU", ""},
		{"SIGINT", raising(syscall.SIGINT), -2, "stopped exitcode=-SIGINT", ""},
		{"SIGHUP", raising(syscall.SIGHUP), -1, "stopped exitcode=-SIGHUP", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			var stderr bytes.Buffer
			row.config.Stderr = &stderr
			p := start(t, row.config)
			if code := exitCode(t, p); code != row.code {
				t.Errorf("exit code %d, want %d", code, row.code)
			}
			if !strings.HasSuffix(p.String(), row.text+">") {
				t.Errorf("%v, want %s", p, row.text)
			}
			if got := stderr.String(); !strings.HasPrefix(got, row.stderr) || (row.stderr == "") != (got == "") {
				t.Errorf("stderr %q, want %q", got, row.stderr)
			}
		})
	}
}

func raising(sig syscall.Signal) process.Config {
	return process.Config{Target: "raise", Args: []string{fmt.Sprint(int(sig))}}
}

// A signal from outside ends a child, also a target that cleans up first.
func TestSignalsFromOutside(t *testing.T) {
	p := start(t, process.Config{Target: "hang"})
	up(t, p)
	_ = p.Signal(syscall.SIGSEGV)
	if code := exitCode(t, p); code != -11 {
		t.Errorf("SIGSEGV: exit code %d", code)
	}
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGXCPU} {
		p = start(t, process.Config{Target: "clean-up", Stderr: new(bytes.Buffer)}) // the target's error goes there
		up(t, p)
		_ = p.Signal(sig)
		if got := said(t, p); got != "cleaned\n" {
			t.Errorf("after %v it says %q", sig, got)
		}
		if code := exitCode(t, p); code != -int(sig) {
			t.Errorf("%v, cleaned up: exit code %d", sig, code)
		}
	}
}

// Before a late target listens, SIGTERM ends it at once. Afterwards it cleans up first. SIGUSR1 has no effect
// before.
func TestLateTarget(t *testing.T) {
	for _, listening := range []bool{false, true} {
		t.Run(fmt.Sprint("listening ", listening), func(t *testing.T) {
			wait, goOn, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer wait.Close()
			defer goOn.Close()
			p := start(t, process.Config{Target: "late", Shared: wait, Stderr: new(bytes.Buffer)})
			up(t, p)
			_ = p.Signal(syscall.SIGUSR1)
			if listening {
				goOn.Close()
				up(t, p)
			}
			_ = p.Signal(syscall.SIGTERM)
			if got, want := said(t, p), map[bool]string{true: "cleaned\n"}[listening]; got != want {
				t.Errorf("it says %q, want %q", got, want)
			}
			if code := exitCode(t, p); code != -15 {
				t.Errorf("exit code %d", code)
			}
		})
	}
}

// cpython #130895: threads that joined one process at once saw the exitcode None.
func TestExitIsPublishedOnceToEveryWaiter(t *testing.T) {
	for range 20 {
		p := start(t, process.Config{Target: "exit", Args: []string{"7"}})
		var waiters sync.WaitGroup
		for range 16 {
			waiters.Go(func() {
				if err := p.Join(); err != nil {
					t.Error(err)
				}
				if code, err := p.ExitCode(); code != 7 || err != nil {
					t.Errorf("exit code %d, %v", code, err)
				}
			})
		}
		waiters.Wait()
	}
}

// cpython #79838: join of a dead child blocked while a grandchild held the sentinel.
func TestGrandchildThatHoldsOutputDoesNotBlockJoin(t *testing.T) {
	for _, stderr := range []interface {
		io.Writer
		String() string
	}{new(bytes.Buffer), new(memory)} {
		t.Run(fmt.Sprintf("%T", stderr), func(t *testing.T) {
			p := start(t, process.Config{Target: "hold-stderr", Stderr: stderr})
			var pid int
			if _, err := fmt.Fscanf(p.Events(), "descendant %d\n", &pid); err != nil {
				t.Fatal(err)
			}
			defer killOwn(pid)
			join(t, p)
			if gone(pid) {
				t.Error("the grandchild has ended: the test shows nothing")
			}
			if got := stderr.String(); got != "last words\n" {
				t.Errorf("it has said %q", got)
			}
		})
	}
}

func TestUsage(t *testing.T) {
	p := start(t, process.Config{})
	join(t, p)
	exit, err := p.Exit()
	if err != nil || exit.MaxRSS < 1<<20 || exit.User+exit.System <= 0 {
		t.Errorf("%+v, %v: a Go process needs some memory and time", exit, err)
	}
}

// The text forms are the same as Python's.
func TestStringIsPythonsRepr(t *testing.T) {
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("needs python3: ", err)
	}
	names := []string{"plain", "it's", `it's "so"`, "唱歌", "a\nb\t\\", "\x1b[31m\u0085\u202e"}
	script := "import multiprocessing as m, sys\nfor n in sys.argv[1:]:\n print(repr(m.Process(name=n, daemon=True)))"
	out, err := exec.Command("python3", append([]string{"-X", "utf8", "-c", script}, names...)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Split(strings.TrimSpace(string(out)), "\n")
	for i, name := range names {
		got := process.New(process.Config{Name: name, Daemon: new(true)}).String()
		if afterParent(got) != afterParent(want[i]) {
			t.Errorf("%q: %s, Python has %s", name, got, want[i])
		}
	}
}

// afterParent returns a text form without the parent's PID.
func afterParent(s string) string {
	before, after, _ := strings.Cut(s, " parent=")
	_, after, _ = strings.Cut(after, " ")
	return before + " " + after
}
