//go:build linux

package main

import (
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"brood/internal/event"
	"brood/internal/testenv"
)

// shell starts a shell with job control in a terminal. It runs the lines that the test types.
func shell(t *testing.T, p place, env ...string) *run {
	t.Helper()
	needs(t, "bash")
	bash, _ := exec.LookPath("bash")
	cmd := p.brood()
	cmd.Path, cmd.Args = bash, []string{"bash", "--norc", "--noprofile", "--noediting", "-i"}
	cmd.Env = slices.Concat(cmd.Env, []string{"PS1=ready$ "}, env)
	r := inTerminal(t, p, "xterm", cmd)
	r.says("ready$ ")
	return r
}

// after waits until the pattern matches what the terminal was sent from that place on, and returns that text.
func (r *run) after(from int, pattern string) (text string) {
	r.Helper()
	sent := regexp.MustCompile(pattern)
	if !eventually(func() bool { text = r.stderr()[from:]; return sent.MatchString(text) || r.over() }) ||
		!sent.MatchString(text) {
		r.Fatalf("the terminal was not sent %q, but %q", pattern, text)
	}
	return text
}

// TestBackground checks that brood draws no progress while the shell has the terminal: after Ctrl-Z and bg. It writes
// a line for each child that has ended. After fg it draws again.
func TestBackground(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.small(t, 100, 1<<20) // more than 100 s, unless the test changes the rate
	r := shell(t, p)
	r.types(commandLine(p, p.copySlowly("--jobs=2")) + "\n")
	r.becomesBrood()
	r.shows(`(?m)^▕.*\n  copy-`)
	r.types("\x1a")
	if !eventually(func() bool { return stateOf(r.pid) == "T" }) {
		t.Fatalf("brood is in state %s after Ctrl-Z, want T", stateOf(r.pid))
	}
	r.after(0, `\^Z(?s:.*)Stopped(?s:.*)ready\$ $`)
	from := len(r.stderr())
	r.types("bg\n")
	// The looks of a footer are five a second, and each of these files takes two seconds.
	text := r.after(from, `(?:\n\d+ +\d+ .*small-\d+\r(?s:.*)){3}`)
	if strings.ContainsAny(text, "\x1b▕") {
		t.Errorf("brood draws in the background: %q", text)
	}
	from = len(r.stderr())
	r.types("fg\n")
	r.after(from, `▕.*\r\n  copy-(?s:.*)\x1b\[J`)
	r.unlimit()
	r.after(from, `copied ".*\r\n(?s:.*)ready\$ $`)
	r.pid = r.cmd.Process.Pid
	r.types("exit\n")
	r.wants(0)
	p.equal(t)
}

// TestBackgroundThatMayNotWrite checks that brood in the background goes on after stty tostop, and writes nothing as
// long as nothing is wrong.
func TestBackgroundThatMayNotWrite(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	p := newPlace(t)
	p.small(t, 20, 1000)
	r := shell(t, p)
	r.types("stty tostop\n")
	r.types(commandLine(p, p.copy("--jobs=2")) + " >stdout &\n")
	r.types("wait $!; echo status $?\n")
	text := r.after(0, `\nstatus \d+`)
	if !strings.Contains(text, "status 0") || strings.Contains(text, "PPID") || strings.Contains(text, "parent started") {
		t.Errorf("want status 0 and nothing else: %q", text)
	}
	if n := len(r.of(event.Copied)); n != 20 {
		t.Errorf("%d files copied, want 20", n)
	}
	r.types("exit\n")
	r.wants(0)
}

// commandLine returns the line that a shell needs for cmd.
func commandLine(p place, cmd *exec.Cmd) string {
	words := []string{p.installed(p.t)}
	for _, arg := range cmd.Args[1:] {
		words = append(words, "'"+strings.ReplaceAll(arg, "'", `'\''`)+"'")
	}
	return strings.Join(words, " ")
}
