//go:build unix

package process_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"brood/internal/process"
)

// The rows of Python's model: construction (1 to 6), not started (7 to 9), closed (10), and in started_test.go
// started (11 to 19). Each test is named after its row.

func TestRow01ThereIsNoGroup(t *testing.T) {
	if _, ok := reflect.TypeFor[process.Config]().FieldByName("Group"); ok {
		t.Error("Config has a Group: Python demands that it be None")
	}
}

func TestRow02TargetThatCannotRunFailsWhenRun(t *testing.T) {
	for _, target := range []string{"no such target", "-", "--"} { // the command line has - for no target
		var stderr bytes.Buffer
		p := start(t, process.Config{Target: target, Name: "lost", Stderr: &stderr})
		if code := exitCode(t, p); code != 1 {
			t.Errorf("target %q: exit code %d, want 1", target, code)
		}
		if want := fmt.Sprintf("Process lost:\nno target is called %q\n", target); stderr.String() != want {
			t.Errorf("target %q: stderr %q, want %q", target, stderr.String(), want)
		}
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
		t.Error("Config.Daemon makes no daemon")
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
	p := start(t, process.Config{Target: "parent", Kwargs: map[string]string{"target": "return"}, Daemon: new(true),
		Stderr: &stderr})
	if code := exitCode(t, p); code != 1 ||
		!strings.Contains(stderr.String(), "daemonic processes are not allowed to have children") {
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
	if got, want := p.String(), fmt.Sprintf("<Process name='done' parent=%d closed daemon>",
		os.Getpid()); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
