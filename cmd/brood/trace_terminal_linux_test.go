package main

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"

	"brood/internal/event"
)

// SIGTERM goes to the program. Ctrl-C does so by the terminal.
func TestTraceSignals(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	const line = `trap 'echo got INT; exit 5' INT; trap 'echo got TERM; exit 6' TERM; echo ready >&2; ` +
		`while :; do sleep 0.05; done`
	r := start(t, p, p.trace(line))
	r.says("ready")
	r.signal(syscall.SIGTERM)
	r.wants(6)
	if r.stdout() != "got TERM\n" {
		t.Errorf("%q", r.stdout())
	}

	p = newPlace(t)
	r = startInTerminal(t, p, p.trace(line))
	r.says("ready")
	r.types("\x03")
	r.says("got INT")
	r.wants(5)

	p = newPlace(t) // a program that lives on at Ctrl-C, as an interactive shell does
	r = startInTerminal(t, p, p.trace(`n=0; trap 'n=$((n+1)); echo INT $n' INT; echo ready; `+
		`until [ -e go ]; do sleep 0.05; done; exit 8`))
	r.says("ready")
	for n := 1; n <= 5; n++ {
		r.types("\x03")
		r.says(fmt.Sprint("INT ", n))
	}
	must(t, os.WriteFile(p.dir+"/go", nil, 0o644))
	r.wants(8)

	p = newPlace(t) // a program that ignores everything: the third signal ends it
	r = start(t, p, p.trace(`trap '' TERM; echo ready >&2; while :; do sleep 0.05; done`))
	r.says("ready")
	for range 3 {
		r.signal(syscall.SIGTERM)
		time.Sleep(50 * time.Millisecond) // the same signal twice at once is one
	}
	r.wants(137)
}

// Ctrl-Z stops the program and brood, and fg continues both.
func TestTraceSuspended(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	r := startInTerminal(t, p, asJob(p.trace("echo ready; until [ -e go ]; do sleep 0.05; done; exit 3")))
	r.becomesBrood()
	r.says("ready")
	r.types("\x1a")
	if !eventually(func() bool { s, ok := readStat(r.pid); return ok && s.state == "T" || r.over() }) || r.over() {
		t.Fatalf("brood is not stopped:\n%s", r.stderr())
	}
	must(t, os.WriteFile(p.dir+"/go", nil, 0o644))
	must(t, syscall.Kill(-r.pid, syscall.SIGCONT))
	r.wants(3)
	var kinds []string
	for _, e := range r.events() {
		if e.Kind == event.Stopped || e.Kind == event.Continued {
			kinds = append(kinds, string(e.Kind))
		}
	}
	if len(kinds) < 2 || kinds[0] != "stopped" {
		t.Errorf("%q", kinds)
	}
}

// Processes may go on when the program's first one has ended. brood says so and waits for them, until Ctrl-C.
func TestTraceGoesOn(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	r := start(t, p, p.trace("setsid sleep 1000 & exit 4"))
	r.says("the program has ended, and a process of it goes on. Ctrl-C ends the trace.")
	r.signal(syscall.SIGINT)
	r.wants(4)
	r.says("setsid · ")
}

// With --live the processes stand below the output while they run, and the output is whole.
func TestTraceLive(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	r := startInTerminal(t, p, p.trace("test -t 1 && echo terminal; echo out; echo err >&2; "+
		"until [ -e go ]; do sleep 0.05; done; printf end", "--live"))
	must(t, pty.Setsize(r.terminal, &pty.Winsize{Cols: 80, Rows: 24}))
	r.says("└─ ")
	must(t, os.WriteFile(p.dir+"/go", nil, 0o644))
	r.wants(0)
	for _, want := range []string{"terminal", "out", "err", "end", "bash ended with exit code 0"} {
		if !strings.Contains(r.stderr(), want) {
			t.Errorf("no %q in %q", want, r.stderr())
		}
	}
}

// With --step each event is explained, and the process is held until Enter: it is a zombie that ps shows.
func TestTraceStep(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	r := startInTerminal(t, p, p.trace("(exit 3); exit 4", "--step"))
	r.says("A begins: bash")
	r.types("\r")
	r.says("A has started B by fork.")
	r.types("\r")
	r.says("B has ended with exit code 3. It is a zombie until A waits for it.")
	time.Sleep(100 * time.Millisecond)
	zombies := 0
	for _, pid := range pids() {
		if s, ok := readStat(pid); ok && s.state == "Z" && s.ppid == r.of(event.Started)[0].PID {
			zombies++
		}
	}
	if zombies != 1 {
		t.Errorf("%d zombies, want 1", zombies)
	}
	r.types("\r")
	r.says("B is gone: A has reaped it.")
	r.types("c\r")
	r.wants(4)
}
