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

// screen returns what a terminal of that size shows by now, without spaces at the ends of lines.
func (r *run) screen(columns, rows int) string {
	emulator := vt.NewEmulator(columns, rows)
	_, _ = emulator.WriteString(r.stderr())
	return regexp.MustCompile(` *\r?\n`).ReplaceAllString(emulator.String()+"\n", "\n")
}

// shows waits until the pattern matches the screen.
func (r *run) shows(pattern string) {
	r.Helper()
	shown := regexp.MustCompile(pattern)
	matches := func() bool { return shown.MatchString(r.screen(columns, rows)) }
	if !eventually(func() bool { return matches() || r.over() }) || !matches() {
		r.Fatalf("the screen does not match %q:\n%s", pattern, r.screen(columns, rows))
	}
}

const columns, rows = 100, 30

// inTerminal starts cmd in a terminal of that kind.
func inTerminal(t *testing.T, p place, kind string, cmd *exec.Cmd) *run {
	cmd.Env = append(cmd.Env, "TERM="+kind)
	r := startInTerminal(t, p, cmd)
	must(t, pty.Setsize(r.terminal, &pty.Winsize{Cols: columns, Rows: rows}))
	return r
}

// TestProgress checks that a terminal shows a line for the run and a line for each child, below the log, until the
// end.
func TestProgress(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.big(t, 3)
	r := inTerminal(t, p, "xterm", p.copySlowly("--jobs=2"))
	held := r.hold(2)
	r.shows(`(?m)^▕.* %  \S+ \S+ of 384 MiB  0 of 3 files  \S+ \S+/s  .*(left|so far)\n` +
		`  copy-1 \d+  .*\n  copy-2 `)
	if before, _, _ := strings.Cut(r.screen(columns, rows), "▕"); !regexp.MustCompile(
		`^brood: parent started: PID \d+, child of PID \d+.*\n(?:.*\n)?$`).MatchString(before) {
		t.Errorf("want one message above the progress:\n%s", r.screen(columns, rows))
	}
	r.shows(`(?m)^  copy-1 .* stopped$`)
	if len(r.of(event.Silent)) == 0 {
		t.Error("the record lacks an event that a child is silent")
	}
	must(t, pty.Setsize(r.terminal, &pty.Winsize{Cols: 40, Rows: rows}))
	from := len(r.stderr())
	if !eventually(func() bool {
		return strings.Count(r.stderr()[from:], "▕") > 3 || strings.Count(r.stderr()[from:], " %") > 20
	}) {
		t.Fatalf("the progress is not drawn again for 40 columns: %q", r.stderr()[from:])
	}
	must(t, pty.Setsize(r.terminal, &pty.Winsize{Cols: columns, Rows: rows}))
	for _, h := range held {
		must(t, syscall.Kill(h.pid, syscall.SIGCONT))
	}
	r.wants(0)
	if screen := r.screen(columns, rows); strings.Contains(screen, "▕") || strings.Contains(screen, "left\n") {
		t.Errorf("the screen has progress after the end, want none:\n%s", screen)
	}
	whole := regexp.MustCompile(`^brood: parent (started|finished): PID |^PID +PPID +TIME +BYTES  NAME +FILE$` +
		`|^\d+ +\d+ .* s .*B  (copy-[123] +big-[123]|folders-1 +\.)$` +
		`|^copied "|^  (files|skipped|failed|children|time) |^\S+$`)
	lines := strings.Split(strings.TrimSpace(r.screen(250, rows)), "\n")
	for _, line := range lines {
		if !whole.MatchString(line) {
			t.Errorf("a line is damaged: %q", line)
		}
	}
	for _, started := range r.of(event.Started) {
		row := fmt.Sprintf("%-7d  %7d ", started.PID, r.pid)
		if n := strings.Count(strings.Join(lines, "\n"), "\n"+row); n != 1 {
			t.Errorf("child %d has %d lines, want one:\n%s", started.PID, n, strings.Join(lines, "\n"))
		}
	}
}

// TestProgressOfCommands checks that the standard error of commands stands above their progress, and stays.
func TestProgressOfCommands(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	script := `echo {} says >&2; printf '%s ends' {} >&2; test {} -lt 3 || until test -e go; do sleep 0.1; done`
	r := inTerminal(t, p, "xterm", p.brood("run", "-j1", "--progress=always", "--shell", script, ":::", "1", "2", "3"))
	r.shows(`^1 says\n1 ends\n2 says\n2 ends\n▕.* 66 % .*\n  run-3 \d+  3 `)
	must(t, os.WriteFile(p.dir+"/go", nil, 0o644))
	r.wants(0)
	if screen := strings.TrimSpace(r.screen(columns, rows)); screen != "1 says\n1 ends\n2 says\n2 ends\n3 says\n3 ends" {
		t.Errorf("the screen has\n%s", screen)
	}
}

// TestProgressOfCommandsByItself checks that progress is shown without --progress when standard output is a file, and
// that --quiet prevents it.
func TestProgressOfCommandsByItself(t *testing.T) {
	t.Parallel()
	for _, quiet := range []bool{false, true} {
		t.Run(fmt.Sprint("quiet ", quiet), func(t *testing.T) {
			p := newPlace(t)
			script := `echo {} says >&2; test {} = 1 || until test -e go; do sleep 0.1; done; echo {}`
			cmd := p.brood("run", "-j1", fmt.Sprint("--quiet=", quiet), "--shell", script, ":::", "1", "2")
			out, err := os.Create(p.dir + "/stdout")
			must(t, err)
			defer out.Close()
			cmd.Stdout = out
			r := inTerminal(t, p, "xterm", cmd)
			if quiet {
				r.shows(`^1 says\n`)
			} else {
				r.shows(`^1 says\n▕.* 50 % .*\n  run-2 \d+  2 `)
			}
			must(t, os.WriteFile(p.dir+"/go", nil, 0o644))
			r.wants(0)
			if drawn := strings.Contains(r.stderr(), "▕"); drawn == quiet {
				t.Errorf("progress drawn: %v, want %v: %q", drawn, !quiet, r.stderr())
			}
			if out := r.stdout(); out != "1\n2\n" {
				t.Errorf("standard output has %q", out)
			}
		})
	}
}

// TestLogAtATerminal checks which flags bring the log to a terminal, and that --quiet shows no table.
func TestLogAtATerminal(t *testing.T) {
	t.Parallel()
	for flag, want := range map[string]string{
		"--verbose":         "[INFO]  brood: child exited: name=copy-1 ",
		"-v":                "[INFO]  brood: child exited: name=copy-1 ",
		"--log-level=info":  "[INFO]  brood: child exited: name=copy-1 ",
		"--log-format=json": `"@message":"child exited"`,
		"--log-format=text": "[INFO]  brood: child exited: name=copy-1 ",
		"--quiet":           "",
	} {
		t.Run(flag, func(t *testing.T) {
			p := newPlace(t)
			p.small(t, 1, 1000)
			r := inTerminal(t, p, "xterm", p.copy(flag))
			r.wants(0)
			if !strings.Contains(r.stderr(), want) || strings.Contains(r.stderr(), "PPID") {
				t.Errorf("want %q and no table: %q", want, r.stderr())
			}
		})
	}
}

// TestProgressAfterStop checks that text stays on the screen that a shell writes while brood is stopped.
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
		t.Fatalf("threads of brood in states %q after Ctrl-Z, want T", threads(r.pid))
	}
	tty, err := os.OpenFile(fmt.Sprintf("/proc/%d/fd/2", r.pid), os.O_WRONLY|syscall.O_NOCTTY, 0)
	must(t, err)
	_, err = tty.WriteString("[1]+ Stopped\n")
	must(t, errors.Join(err, tty.Close()))
	time.Sleep(2 * time.Second) // about as long as a person takes
	r.signal(syscall.SIGCONT)   // for its children, too
	r.wants(0)
	r.shows(`(?m)^\^Z\[1\]\+ Stopped$`)
}

// TestNoProgress checks that brood draws no progress where it cannot, and where the user wants none.
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
				t.Errorf("stderr has drawn progress, want none: %q", r.stderr())
			}
		})
	}
}

// TestProgressInColor checks that problems are coloured, unless NO_COLOR is set.
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
				t.Errorf("\"stopped\" coloured: %v, want %v; stderr %q", colored, !no, r.stderr())
			}
		})
	}
}

// TestAskedWhereItStands checks that SIGUSR1 makes brood log the progress of the run and of each child, also with
// --quiet.
func TestAskedWhereItStands(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.big(t, 2)
	r := start(t, p, p.copySlowly("--jobs=2", "--quiet"))
	held := r.hold(2)
	r.signal(syscall.SIGUSR1)
	r.says("brood: progress: ")
	r.says(" files, 2 at work, ")
	for _, h := range held {
		r.says(fmt.Sprintf(" %d \"", h.pid))
	}
	for _, h := range held {
		must(t, syscall.Kill(h.pid, syscall.SIGCONT))
	}
	r.wants(0)
}

// TestProgressInTheLog checks that --progress=always logs the progress as lines when stderr is no terminal.
func TestProgressInTheLog(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	p := newPlace(t)
	p.big(t, 1)
	r := start(t, p, p.copySlowly("--progress=always"))
	held := r.hold(1)
	r.says("brood: progress: ")
	r.says(" of 128 MiB, ")
	must(t, syscall.Kill(held[0].pid, syscall.SIGCONT))
	r.wants(0)
	if strings.ContainsAny(r.stderr(), "\x1b▕") {
		t.Errorf("stderr has drawn progress, want none: %q", r.stderr())
	}
}
