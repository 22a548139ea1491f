//go:build unix

package process_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"syscall"
	"testing"
	"time"

	"brood/internal/process"
)

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
	children := []*process.Process{start(t, process.Config{Target: "hang"}),
		start(t, process.Config{Target: "hang"}), start(t, process.Config{Target: "hang"})}
	waiting := append([]*process.Process(nil), children...)
	for _, i := range []int{2, 0, 1} {
		up(t, children[i])
		_ = children[i].Kill()
		ended, err := process.WaitAny(t.Context(), waiting...)
		if err != nil || len(ended) != 1 || ended[0] != children[i] {
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
	if ended, err := process.WaitAny(ctx, start(t, process.Config{Target: "hang"})); ended != nil ||
		!errors.Is(err, context.Canceled) {
		t.Errorf("WaitAny without an end: %v, %v", ended, err)
	}
}

// A process without a sentinel is an error, as in Python; an abandoned one is, too.
func TestRow16NoSentinel(t *testing.T) {
	alive, closed := start(t, process.Config{Target: "hang"}), process.New(process.Config{Name: "closed"})
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	ended := start(t, process.Config{})
	join(t, ended)
	abandoned := start(t, process.Config{Target: "hang"})
	if err := abandoned.Abandon(); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		process *process.Process
		want    error
		text    string
	}{
		{process.New(process.Config{Name: "new"}), process.ErrNotStarted, "new: process not started"},
		{closed, process.ErrClosed, "closed: process object is closed"},
		{abandoned, process.ErrAbandoned, abandoned.Name() + ": " + process.ErrAbandoned.Error()},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if got, err := process.WaitAny(ctx, alive, row.process); !errors.Is(err, row.want) ||
			err.Error() != row.text || got != nil {
			t.Errorf("%v, %v; want %s", got, err, row.text)
		}
		if row.want != process.ErrAbandoned {
			continue
		}
		if got, err := process.WaitAny(ctx, ended, row.process); !errors.Is(err, row.want) || len(got) != 1 ||
			got[0] != ended {
			t.Errorf("beside an ended process: %v, %v", got, err)
		}
	}
}

func TestAbandonEndsWaitAny(t *testing.T) {
	p := start(t, process.Config{Target: "hang"})
	waited := make(chan error)
	go func() {
		_, err := process.WaitAny(t.Context(), p)
		waited <- err
	}()
	if err := p.Abandon(); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-waited:
		if !errors.Is(err, process.ErrAbandoned) {
			t.Error(err)
		}
	case <-time.After(time.Minute):
		t.Error("WaitAny still waits")
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

// A child uses one CPU, unless the user asked for more, and so do its own children. Another Go program that a
// child starts has all CPUs.
func TestOneCPU(t *testing.T) {
	for asked, want := range map[string]string{"": "1 program=\n1 program=\n", "3": "3 program=3\n3 program=3\n",
		"1": "1 program=1\n1 program=1\n"} {
		t.Setenv("GOMAXPROCS", asked)
		if asked == "" {
			os.Unsetenv("GOMAXPROCS") // t.Setenv restores it
		}
		p := start(t, process.Config{Target: "cpus", Args: []string{"and a child"}})
		if got := said(t, p); got != want {
			t.Errorf("GOMAXPROCS=%s: %q, want %q", asked, got, want)
		}
		join(t, p)
	}
}
