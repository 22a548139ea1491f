//go:build linux

package main

import (
	"bytes"
	"flag"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"
	"time"
)

var runKills = flag.Int("run-kills", 10, "how many runs TestKilledRunOfCommands kills")

// hostile is a command that does what it can to stay alive.
const hostile = `trap '' TERM HUP INT QUIT
: {}
sleep 1000 &
(sleep 1000 &)
sh -c 'kill -STOP $$' &
setsid sleep 1000 &
case $BROOD_SEQ in *[02468]) kill -STOP $$; esac
wait`

// When brood is killed at a random moment, nothing is left of its commands, nor of what they have started. With
// --no-daemon it goes on.
func TestKilledRunOfCommands(t *testing.T) {
	t.Parallel()
	for range *runKills {
		p := newPlace(t)
		cmd := p.brood("run", "-j4", "--shell", hostile, ":::", "1", "2", "3", "4", "5", "6")
		var said bytes.Buffer
		cmd.Stderr = &said
		must(t, cmd.Start())
		time.Sleep(time.Duration(rand.Int64N(int64(60 * time.Millisecond))))
		must(t, cmd.Process.Signal(syscall.SIGKILL))
		_ = cmd.Wait()
		if !eventually(func() bool { return len(p.alive()) == 0 }) {
			t.Fatalf("still alive: %q; brood said %q", p.alive(), said.String())
		}
	}
}

// Ctrl-C ends the commands, and brood ends by it.
func TestInterruptedRunOfCommands(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	cmd := p.brood("run", "-j2", "--shell", "sleep 1000 & wait; : {}", ":::", "1", "2", "3")
	var said bytes.Buffer
	cmd.Stderr = &said
	must(t, cmd.Start())
	if !eventually(func() bool { return strings.Count(strings.Join(p.alive(), "\n"), "sleep 1000") >= 5 }) {
		t.Fatalf("alive: %q", p.alive()) // brood, two shells, and their two programs
	}
	must(t, cmd.Process.Signal(syscall.SIGINT))
	_ = cmd.Wait()
	if got := cmd.ProcessState.ExitCode(); got != 128+int(syscall.SIGINT) {
		t.Errorf("status %d, want 130; it says %q", got, said.String())
	}
}

// A command that goes on is meant to.
func TestKilledRunWithoutDaemons(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	cmd := p.brood("run", "-j1", "--no-daemon", "--shell", "sleep 1000; : {}", ":::", "1")
	must(t, cmd.Start())
	running := func() bool { return strings.Contains(strings.Join(p.alive(), "\n"), "sleep 1000; : '1'") }
	if !eventually(running) {
		t.Fatalf("alive: %q", p.alive())
	}
	must(t, cmd.Process.Signal(syscall.SIGKILL))
	_ = cmd.Wait()
	if !running() {
		t.Error("the command has ended with brood")
	}
	p.endAll()
}
