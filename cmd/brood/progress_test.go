//go:build linux

package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"

	"brood/internal/event"
	"brood/internal/testenv"
)

// screen is what a terminal of that size shows by now; its lines have no spaces at their end.
func (r *run) screen(columns, rows int) string {
	emulator := vt.NewEmulator(columns, rows)
	_, _ = emulator.WriteString(r.stderr())
	return regexp.MustCompile(` *\r?\n`).ReplaceAllString(emulator.String()+"\n", "\n")
}

// shows waits until the terminal shows what the pattern matches.
func (r *run) shows(pattern string) {
	r.Helper()
	shown := regexp.MustCompile(pattern)
	if !eventually(func() bool { return shown.MatchString(r.screen(columns, rows)) || r.over() }) || !shown.MatchString(r.screen(columns, rows)) {
		r.Fatalf("the terminal does not show %q, but:\n%s", pattern, r.screen(columns, rows))
	}
}

const columns, rows = 100, 30

// inTerminal is cmd in a terminal of that kind.
func inTerminal(t *testing.T, p place, kind string, cmd *exec.Cmd) *run {
	cmd.Env = append(cmd.Env, "TERM="+kind)
	r := startInTerminal(t, p, cmd)
	must(t, pty.Setsize(r.terminal, &pty.Winsize{Cols: columns, Rows: rows}))
	return r
}

// TestProgress: a line for the whole and one for each child, below the log, as long as it runs.
func TestProgress(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.big(t, 3)
	r := inTerminal(t, p, "xterm", p.copySlowly("--jobs=2"))
	held := r.hold(2)
	r.shows(`(?m)^▕.* %  \S+ \S+ of 384 MiB  0 of 3 files  \S+ \S+/s  .*(left|so far)\n  copy-1 ` + `\d+  .*\n  copy-2 `)
	if before, _, _ := strings.Cut(r.screen(columns, rows), "▕"); strings.Count(before, "child started") != 2 {
		t.Errorf("the log is not above it:\n%s", r.screen(columns, rows))
	}
	r.shows(`(?m)^  copy-1 .* stopped$`)
	if len(r.of(event.Silent)) == 0 {
		t.Error("the record does not have it")
	}
	must(t, pty.Setsize(r.terminal, &pty.Winsize{Cols: 40, Rows: rows}))
	from := len(r.stderr())
	if !eventually(func() bool {
		return strings.Count(r.stderr()[from:], "▕") > 3 || strings.Count(r.stderr()[from:], " %") > 20
	}) {
		t.Fatalf("it is not drawn again: %q", r.stderr()[from:])
	}
	must(t, pty.Setsize(r.terminal, &pty.Winsize{Cols: columns, Rows: rows}))
	for _, h := range held {
		must(t, syscall.Kill(h.pid, syscall.SIGCONT))
	}
	r.wants(0)
	if screen := r.screen(columns, rows); strings.Contains(screen, "▕") || strings.Contains(screen, "left\n") {
		t.Errorf("it is still there at the end:\n%s", screen)
	}
	for _, line := range strings.Split(strings.TrimSpace(r.screen(250, rows)), "\n") {
		if !regexp.MustCompile(`^20\S+ \[|^copied "|^  (files|skipped|failed|children|time) |^\S+$`).MatchString(line) {
			t.Errorf("the log is torn: %q", line)
		}
	}
}

// TestProgressAfterStop: what a shell has written while brood was stopped stays on the screen.
func TestProgressAfterStop(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	p := newPlace(t)
	p.big(t, 1)
	r := inTerminal(t, p, "xterm", asJob(p.copySlowly()))
	r.becomesBrood()
	r.hold(1)
	r.shows(`(?m)^  copy-1 `)
	r.types("\x1a")
	if !eventually(func() bool { return strings.HasPrefix(threads(r.pid), "T") }) {
		t.Fatal("Ctrl-Z does not stop it")
	}
	tty, err := os.OpenFile(fmt.Sprintf("/proc/%d/fd/2", r.pid), os.O_WRONLY|syscall.O_NOCTTY, 0)
	must(t, err)
	_, err = tty.WriteString("[1]+ Stopped\n")
	must(t, errors.Join(err, tty.Close()))
	time.Sleep(2 * time.Second) // a stop that a person could make
	r.signal(syscall.SIGCONT)   // for its children, too
	r.wants(0)
	r.shows(`(?m)^\^Z\[1\]\+ Stopped$`)
}

// TestNoProgress: nothing is drawn where nothing can be, or shall be.
func TestNoProgress(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	for name, c := range map[string]struct {
		kind  string
		flags []string
	}{
		"a dumb terminal": {"dumb", nil},
		"no terminal":     {"", nil},
		"never":           {"xterm", []string{"--progress=never"}},
		"quiet":           {"xterm", []string{"--quiet"}},
		"a dry run":       {"xterm", []string{"--dry-run"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			p.big(t, 1)
			r := inTerminal(t, p, c.kind, p.copy(c.flags...))
			r.wants(0)
			if strings.ContainsAny(r.stderr(), "\x1b▕") {
				t.Errorf("it says %q", r.stderr())
			}
		})
	}
}

// TestProgressInColor: what is wrong has one, unless NO_COLOR is set.
func TestProgressInColor(t *testing.T) {
	t.Parallel()
	for _, no := range []bool{false, true} {
		t.Run(fmt.Sprint(no), func(t *testing.T) {
			p := newPlace(t)
			p.big(t, 1)
			cmd := p.copySlowly()
			if no {
				cmd.Env = append(cmd.Env, "NO_COLOR=1")
			}
			r := inTerminal(t, p, "xterm", cmd)
			held := r.hold(1)
			r.shows(`(?m)^  copy-1 .* stopped$`)
			must(t, syscall.Kill(held[0].pid, syscall.SIGCONT))
			r.wants(0)
			if colored := strings.Contains(r.stderr(), "\x1b[33mstopped\x1b[m"); colored == no {
				t.Errorf("in colour: %v; it says %q", colored, r.stderr())
			}
		})
	}
}

// TestAskedWhereItStands: SIGUSR1 has it said, for the whole and each child, also by a run that is quiet.
func TestAskedWhereItStands(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.big(t, 2)
	r := start(t, p, p.copySlowly("--jobs=2", "--quiet"))
	held := r.hold(2)
	r.signal(syscall.SIGUSR1)
	r.says("brood: progress: bytes=")
	for _, h := range held {
		r.says(fmt.Sprintf("pid=%d file=", h.pid))
	}
	for _, h := range held {
		must(t, syscall.Kill(h.pid, syscall.SIGCONT))
	}
	r.wants(0)
}

// TestProgressInTheLog: elsewhere than on a terminal, who wants it has it as lines.
func TestProgressInTheLog(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	p := newPlace(t)
	p.big(t, 1)
	r := start(t, p, p.copySlowly("--progress=always"))
	held := r.hold(1)
	r.says("brood: progress: bytes=")
	must(t, syscall.Kill(held[0].pid, syscall.SIGCONT))
	r.wants(0)
	if strings.ContainsAny(r.stderr(), "\x1b▕") {
		t.Errorf("it says %q", r.stderr())
	}
}
