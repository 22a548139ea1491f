//go:build linux

package main

import (
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"

	"brood/internal/event"
)

// way is how a run is asked to end.
type way struct {
	name   string
	keys   string // typed at its terminal
	signal syscall.Signal
	status int
}

var ways = []way{
	{"Ctrl-C", "\x03", 0, 130},
	{"SIGTERM", "", syscall.SIGTERM, 143},
	{"SIGHUP", "", syscall.SIGHUP, 129},
}

const (
	drains     = "the running ones are waited for"
	terminates = "the running children are terminated"
	kills      = "the running children are killed"
)

// start starts a copy of four big files by two children, and holds these.
func (w way) start(t *testing.T, flags ...string) (*run, []child) {
	t.Helper()
	p := newPlace(t)
	p.big(t, 4)
	cmd := p.copySlowly(append(flags, "--jobs=2")...)
	var r *run
	if w.keys != "" {
		r = startInTerminal(t, p, cmd)
	} else {
		r = start(t, p, cmd)
	}
	return r, r.hold(2)
}

// ask asks the run to end once more, and waits until it says how.
func (w way) ask(r *run, how string) {
	r.Helper()
	if w.keys != "" {
		r.types(w.keys)
	} else {
		r.signal(w.signal)
	}
	r.says(how)
}

func TestFirstSignalDrains(t *testing.T) {
	t.Parallel()
	for _, w := range ways {
		t.Run(w.name, func(t *testing.T) {
			r, held := w.start(t)
			before := len(r.of(event.Started))
			w.ask(r, drains)
			goOn(held)
			r.wants(w.status)
			if started := r.of(event.Started); len(started) != before {
				t.Errorf("%d children started, %d before the signal", len(started), before)
			}
			files := r.complete(t)
			for _, c := range held {
				if !slices.Contains(files, c.file()) {
					t.Errorf("%q was not waited for; there are %q", c.file(), files)
				}
			}
		})
	}
}

func TestSecondSignalTerminates(t *testing.T) {
	t.Parallel()
	for _, w := range ways {
		t.Run(w.name, func(t *testing.T) {
			r, held := w.start(t)
			w.ask(r, drains)
			w.ask(r, terminates)
			goOn(held)
			r.wants(w.status)
			r.complete(t)
		})
	}
}

func TestFirstSignalTerminatesDaemons(t *testing.T) {
	t.Parallel()
	for _, w := range ways {
		t.Run(w.name, func(t *testing.T) {
			r, held := w.start(t, "--daemon")
			w.ask(r, terminates)
			goOn(held)
			r.wants(w.status)
			r.complete(t)
			if strings.Contains(r.stderr(), drains) {
				t.Errorf("it has waited:\n%s", r.stderr())
			}
		})
	}
}

// After the first signal it says that one more kills, and one more does.
func TestSecondSignalKillsDaemons(t *testing.T) {
	t.Parallel()
	for _, w := range ways {
		t.Run(w.name, func(t *testing.T) {
			r, _ := w.start(t, "--daemon")
			w.ask(r, terminates+"; once more kills them")
			w.ask(r, kills)
			r.wants(w.status)
			r.wholeFiles(t)
		})
	}
}

// Stopped children are killed, too; what they leave is the next run's to remove.
func TestThirdSignalKills(t *testing.T) {
	t.Parallel()
	for _, w := range ways {
		t.Run(w.name, func(t *testing.T) {
			r, held := w.start(t)
			w.ask(r, drains)
			w.ask(r, terminates)
			w.ask(r, kills)
			r.wants(w.status)
			r.wholeFiles(t)
			if n := len(r.leftovers(t)); n != len(held) {
				t.Errorf("%d temporaries of %d killed children", n, len(held))
			}
			next := start(t, r.place, r.copy())
			next.wants(0)
			next.equal(t)
		})
	}
}

// Under nohup SIGHUP is ignored, and stays so.
func TestIgnoredHangup(t *testing.T) {
	t.Parallel()
	needs(t, "sh")
	p := newPlace(t)
	p.big(t, 3)
	cmd := p.copySlowly("--jobs=2")
	cmd.Args[0] = p.installed(t)
	cmd.Args = append([]string{"sh", "-c", `trap "" HUP; exec "$@"`, "sh"}, cmd.Args...)
	cmd.Path, _ = exec.LookPath("sh")
	r := start(t, p, cmd)
	held := r.hold(1)
	r.signal(syscall.SIGHUP)
	goOn(held)
	r.wants(0)
	p.equal(t)
	if strings.Contains(r.stderr(), "SIGHUP") {
		t.Errorf("it has taken notice:\n%s", r.stderr())
	}
}

// Ctrl-Z stops all, and what a shell's fg does lets all go on.
func TestSuspend(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.big(t, 8)
	r := startInTerminal(t, p, p.copySlowly("--jobs=1"))
	seen := false
	for !seen && !r.over() {
		held := r.holdSlow(1)
		goOn(held)
		r.types("\x1a")
		if !eventually(func() bool { return stateOf(r.pid) == "T" || r.over() }) {
			t.Fatalf("state %s after Ctrl-Z", stateOf(r.pid))
		}
		// One that has come to its end meanwhile shows nothing: the next may.
		c := held[0]
		if !eventually(func() bool { return c.state() == "T" || gone(c.pid) }) {
			t.Errorf("state %s of the child after Ctrl-Z", c.state())
		}
		seen = c.state() == "T"
		must(t, syscall.Kill(-r.pid, syscall.SIGCONT))
		if !eventually(func() bool { return stateOf(r.pid) != "T" && c.state() != "T" }) {
			t.Errorf("states %s and %s after SIGCONT", stateOf(r.pid), c.state())
		}
	}
	if !seen {
		t.Error("no child was seen stopped")
	}
	r.unlimit()
	r.wants(0)
	p.equal(t)
}
