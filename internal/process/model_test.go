//go:build unix

package process_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"brood/internal/process"
)

// The rows of Python's model: construction (1 to 6), not started (7 to 9),
// closed (10), started (11 to 19). Each test is named after its row.

func TestRow01ThereIsNoGroup(t *testing.T) {
	if _, ok := reflect.TypeFor[process.Config]().FieldByName("Group"); ok {
		t.Error("Config has a Group: Python demands that it be None")
	}
}

func TestRow02TargetThatCannotRunFailsWhenRun(t *testing.T) {
	var stderr bytes.Buffer
	p := start(t, process.Config{Target: "no such target", Name: "lost", Stderr: &stderr})
	if code := exitCode(t, p); code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
	if want := "Process lost:\nno target is called \"no such target\"\n"; stderr.String() != want {
		t.Errorf("stderr %q, want %q", stderr.String(), want)
	}
	for _, key := range []string{"", "a=b"} {
		p := process.New(process.Config{Kwargs: map[string]string{key: "1"}})
		if err := p.Start(); err == nil || !strings.Contains(err.Error(), "named argument") {
			t.Errorf("start with the named argument %q: %v", key, err)
		}
	}
}

func TestRow03DefaultNames(t *testing.T) {
	first := process.New(process.Config{})
	named := process.New(process.Config{Name: "singer"})
	third := process.New(process.Config{Name: ""})
	var n int
	if _, err := fmt.Sscanf(first.Name(), "Process-%d", &n); err != nil {
		t.Fatal(err)
	}
	if named.Name() != "singer" || third.Name() != fmt.Sprintf("Process-%d", n+2) {
		t.Errorf("names %q, %q after %q: N advances for named ones too", named.Name(), third.Name(), first.Name())
	}
	for _, row := range []struct{ name, want string }{{"", ":1:1"}, {"custom", ":1:1"}} {
		p := start(t, process.Config{Target: "grandparent", Args: []string{row.name, ""}})
		if got, want := said(t, p), "name="+p.Name()+row.want; !strings.HasPrefix(got, want+" ") {
			t.Errorf("child of child %q of %s says %q, want %q", row.name, p.Name(), got, want)
		}
	}
}

func TestRow04DaemonDefaultsToFalseAndIsInherited(t *testing.T) {
	if process.New(process.Config{}).Daemon() {
		t.Error("daemon by default")
	}
	if !process.New(process.Config{Daemon: new(true)}).Daemon() {
		t.Error("not a daemon though the constructor was told so")
	}
	p := process.New(process.Config{})
	if err := p.SetDaemon(true); err != nil || !p.Daemon() {
		t.Errorf("SetDaemon before start: %v, %t", err, p.Daemon())
	}
	child := start(t, process.Config{Target: "daemons", Daemon: new(true)})
	if got, want := said(t, child), "self=true inherited=true overridden=false"; got != want {
		t.Errorf("a daemon says %q, want %q", got, want)
	}
}

func TestRow05DaemonsHaveNoChildren(t *testing.T) {
	var stderr bytes.Buffer
	p := start(t, process.Config{Target: "parent", Kwargs: map[string]string{"target": "return"}, Daemon: new(true), Stderr: &stderr})
	if code := exitCode(t, p); code != 1 || !strings.Contains(stderr.String(), "daemonic processes are not allowed to have children") {
		t.Errorf("exit code %d, stderr %q", code, stderr.String())
	}
}

func TestRow06NoTargetExitsZero(t *testing.T) {
	if code := exitCode(t, start(t, process.Config{})); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

func TestRow07NotStarted(t *testing.T) {
	p := process.New(process.Config{Name: "x"})
	if _, err := p.PID(); !errors.Is(err, process.ErrNotStarted) {
		t.Errorf("PID: %v", err)
	}
	if _, err := p.ExitCode(); !errors.Is(err, process.ErrNotStarted) {
		t.Errorf("ExitCode: %v", err)
	}
	if isAlive(t, p) {
		t.Error("alive")
	}
	if got, want := p.String(), fmt.Sprintf("<Process name='x' parent=%d initial>", os.Getpid()); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestRow08NotStartedCalls(t *testing.T) {
	p := process.New(process.Config{})
	if _, err := p.Sentinel(); !errors.Is(err, process.ErrNotStarted) {
		t.Errorf("Sentinel: %v", err)
	}
	if err := p.Join(); !errors.Is(err, process.ErrJoinUnstarted) {
		t.Errorf("Join: %v", err)
	}
	for name, call := range map[string]func() error{"Terminate": p.Terminate, "Kill": p.Kill} {
		if err := call(); !errors.Is(err, process.ErrNotStarted) { // Python crashes with an AttributeError
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRow09CloseUnstartedTwice(t *testing.T) {
	p := process.New(process.Config{})
	if err := errors.Join(p.Close(), p.Close()); err != nil {
		t.Error(err)
	}
}

func TestRow10Closed(t *testing.T) {
	p := start(t, process.Config{Name: "done", Daemon: new(true)})
	join(t, p)
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	calls := map[string]func() error{
		"IsAlive":   func() error { _, err := p.IsAlive(); return err },
		"Join":      p.Join,
		"Start":     p.Start,
		"Terminate": p.Terminate,
		"Kill":      p.Kill,
		"PID":       func() error { _, err := p.PID(); return err },
		"ExitCode":  func() error { _, err := p.ExitCode(); return err },
		"Sentinel":  func() error { _, err := p.Sentinel(); return err },
	}
	for name, call := range calls {
		if err := call(); !errors.Is(err, process.ErrClosed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if p.Name() != "done" || !p.Daemon() {
		t.Error("name and daemon do not answer")
	}
	if got, want := p.String(), fmt.Sprintf("<Process name='done' parent=%d closed daemon>", os.Getpid()); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestRow11StartTwice(t *testing.T) {
	p := start(t, process.Config{Target: "hang"})
	up(t, p)
	if err := p.Start(); !errors.Is(err, process.ErrStartedTwice) {
		t.Errorf("while it runs: %v", err)
	}
	if err := p.SetDaemon(true); !errors.Is(err, process.ErrStarted) {
		t.Errorf("SetDaemon: %v", err)
	}
	_ = p.Kill()
	join(t, p)
	if err := p.Start(); !errors.Is(err, process.ErrStartedTwice) {
		t.Errorf("after its end: %v", err)
	}
}

func TestRow12CloseWhileRunning(t *testing.T) {
	p := start(t, process.Config{Target: "hang"})
	if err := p.Close(); !errors.Is(err, process.ErrCloseRunning) {
		t.Errorf("Close: %v", err)
	}
}

func TestRow13JoinWithATime(t *testing.T) {
	p := start(t, process.Config{Target: "hang"})
	for _, d := range []time.Duration{-time.Hour, 0, time.Millisecond} {
		if ended, err := p.JoinTimeout(d); ended || err != nil {
			t.Errorf("join(%v): %t, %v", d, ended, err)
		}
		if _, err := p.ExitCode(); !errors.Is(err, process.ErrRunning) {
			t.Errorf("exit code after join(%v): %v", d, err)
		}
	}
	_ = p.Kill()
	join(t, p)
	join(t, p)
	if ended, err := p.JoinTimeout(-1); !ended || err != nil {
		t.Errorf("join after the end: %t, %v", ended, err)
	}
}

func TestRow14TerminateAndKillAreAsynchronous(t *testing.T) {
	p := start(t, process.Config{Target: "ignore-term"})
	up(t, p)
	if err := p.Terminate(); err != nil {
		t.Fatal(err)
	}
	if !isAlive(t, p) {
		t.Fatal("ended by SIGTERM though it ignores it")
	}
	if err := p.Kill(); err != nil {
		t.Fatal(err)
	}
	if code := exitCode(t, p); code != -9 {
		t.Errorf("exit code %d, want -9", code)
	}
	if err := errors.Join(p.Terminate(), p.Kill()); err != nil {
		t.Errorf("after the end: %v", err)
	}
}

func TestRow15StoppedChild(t *testing.T) {
	p := start(t, process.Config{Target: "hang"})
	up(t, p)
	if err := p.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	waitState(pidOf(t, p), "T")
	if err := p.Terminate(); err != nil {
		t.Fatal(err)
	}
	if ended, _ := p.JoinTimeout(50 * time.Millisecond); ended || !isAlive(t, p) {
		t.Error("terminate has ended a stopped child")
	}
	_ = p.Kill()
	if code := exitCode(t, p); code != -9 {
		t.Errorf("exit code %d, want -9", code)
	}
}

func TestRow16SentinelsInOrder(t *testing.T) {
	children := []*process.Process{start(t, process.Config{Target: "hang"}), start(t, process.Config{Target: "hang"}), start(t, process.Config{Target: "hang"})}
	waiting := append([]*process.Process(nil), children...)
	for _, i := range []int{2, 0, 1} {
		up(t, children[i])
		_ = children[i].Kill()
		ended := process.WaitAny(t.Context(), waiting...)
		if len(ended) != 1 || ended[0] != children[i] {
			t.Fatalf("ended: %v, want %v", ended, children[i])
		}
		for j, p := range waiting {
			if p == children[i] {
				waiting = append(waiting[:j:j], waiting[j+1:]...)
			}
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if ended := process.WaitAny(ctx, start(t, process.Config{Target: "hang"})); ended != nil {
		t.Errorf("WaitAny without an end: %v", ended)
	}
}

func TestRow17StdinIsTheNullDevice(t *testing.T) {
	if got := said(t, start(t, process.Config{Target: "stdin"})); got != "0 bytes from /dev/null" {
		t.Error(got)
	}
}

func TestRow18ZombieUntilAskedFor(t *testing.T) {
	if process.ReapsAtOnce {
		t.Skip("platform: a child is reaped at its end here")
	}
	asks := map[string]func(*process.Process){
		"Join":           func(p *process.Process) { _ = p.Join() },
		"IsAlive":        func(p *process.Process) { _, _ = p.IsAlive() },
		"ExitCode":       func(p *process.Process) { _, _ = p.ExitCode() },
		"ActiveChildren": func(*process.Process) { process.ActiveChildren() },
		"next start":     func(*process.Process) { start(t, process.Config{}) },
	}
	for name, ask := range asks {
		t.Run(name, func(t *testing.T) {
			p := start(t, process.Config{})
			sentinel, err := p.Sentinel()
			if err != nil {
				t.Fatal(err)
			}
			<-sentinel
			if state := stateOf(pidOf(t, p)); state != "Z" {
				t.Errorf("state %q after the end, want Z", state)
			}
			ask(p)
			if state := stateOf(pidOf(t, p)); state != "" {
				t.Errorf("state %q after %s, want none", state, name)
			}
			if isActive(p) {
				t.Error("still an active child")
			}
		})
	}
}

func TestRow19ChildWaitsForItsOwnChildren(t *testing.T) {
	for _, end := range []string{"return", "panic"} {
		t.Run(end, func(t *testing.T) {
			opening, out := newGate(t)
			p := start(t, process.Config{Target: "parent", Args: []string{opening, out}, Stderr: new(bytes.Buffer),
				Kwargs: map[string]string{"target": "gate", "end": end}})
			up(t, p)
			if ended, _ := p.JoinTimeout(50 * time.Millisecond); ended {
				t.Fatal("ended before its child")
			}
			open(t, opening)
			join(t, p)
			if _, err := os.Stat(out); err != nil {
				t.Error(err)
			}
		})
	}
}
