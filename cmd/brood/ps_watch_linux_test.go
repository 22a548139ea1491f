package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/creack/pty"
)

// TestPsWatchOnATerminal checks that brood ps --watch draws its list in place, and that the list stays on the screen
// after Ctrl-C. The test runs in a namespace: with all broods of the machine, the list may be too long for the
// terminal.
func TestPsWatchOnATerminal(t *testing.T) {
	t.Parallel()
	needsRoot(t, "to make a namespace")
	needs(t, "unshare")
	p := newPlace(t)
	p.big(t, 1)
	cmd := p.brood()
	cmd.Path, _ = exec.LookPath("unshare")
	cmd.Args = []string{"unshare", "--pid", "--fork", "--mount-proc", "--kill-child", "sh", "-c",
		`"$0" copy --quiet --bwlimit=64K "$1" "$2" & exec "$0" ps --watch 1`, p.installed(t), p.src, p.dst}
	r := inTerminal(t, p, "xterm", cmd)
	const line = `(?m)^PID .*\n(?s:.*)─ \d+ .* copy-1 .*big-1$`
	r.shows(line)
	drawn := func() int { return strings.Count(r.stderr(), "\x1b[J") }
	if before := drawn(); !eventually(func() bool { return drawn() > before+2 }) {
		t.Errorf("the list is not drawn again: %q", r.stderr())
	}
	r.shows(line) // the whole list: at Ctrl-C the terminal discards what is not read yet (termios(3), NOFLSH)
	r.types("\x03")
	r.endsWith(130)
	r.shows(line)
	if n := strings.Count(r.screen(columns, rows), "  PPID "); n != 1 {
		t.Errorf("the screen has %d lists, want one:\n%s", n, r.screen(columns, rows))
	}
}

// TestPsWatchOnALowTerminal checks that brood ps --watch counts the lines that do not fit, and that nothing scrolls.
func TestPsWatchOnALowTerminal(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.big(t, 4)
	copying := start(t, p, p.copySlowly("--jobs=4"))
	held := copying.hold(4)
	other := newPlace(t)
	r := inTerminal(t, other, "xterm", other.brood("ps", "--watch=0.1"))
	must(t, pty.Setsize(r.terminal, &pty.Winsize{Cols: columns, Rows: 4}))
	low := regexp.MustCompile(`\x1b\[3A\x1b\[JPID [^\n]*\n[^\n]*\n… and [\d,]+ more\r?\n`)
	if !eventually(func() bool { return low.MatchString(r.stderr()) }) {
		t.Errorf("the screen never matches %q: %q", low, r.stderr())
	}
	r.types("\x03")
	r.wants(130)
	goOn(held)
	copying.wants(0)
}

// TestPsWatchElsewhere checks that brood ps --watch writes one list after another to a file or pipe. A signal ends
// it, and so does the end of the reader.
func TestPsWatchElsewhere(t *testing.T) {
	t.Parallel()
	t.Run("a signal", func(t *testing.T) {
		p := newPlace(t)
		r := start(t, p, p.brood("ps", "--watch=0.1"))
		if !eventually(func() bool { return strings.Count(r.stdout(), "\n\nPID ") >= 2 }) {
			t.Errorf("stdout %q, want three lists", r.stdout())
		}
		r.signal(syscall.SIGINT)
		r.wants(130)
		if strings.Contains(r.stdout()+r.stderr(), "\x1b") {
			t.Errorf("stdout %q, stderr %q; want no escape sequence", r.stdout(), r.stderr())
		}
	})
	t.Run("no reader any more", func(t *testing.T) {
		p := newPlace(t)
		reader, writer, err := os.Pipe()
		must(t, err)
		cmd := p.brood("ps", "--watch=0.1", "--json")
		cmd.Stdout = writer
		r := start(t, p, cmd)
		writer.Close()
		line, err := bufio.NewReader(reader).ReadString('\n')
		must(t, err)
		must(t, reader.Close())
		r.wants(0)
		if !json.Valid([]byte(line)) || r.stderr() != "" {
			t.Errorf("stdout %q, stderr %q; want a line of JSON and nothing", line, r.stderr())
		}
	})
	t.Run("a reader that does not read", func(t *testing.T) {
		p := newPlace(t)
		reader, writer, err := os.Pipe()
		must(t, err)
		defer reader.Close()
		fill(t, writer)
		cmd := p.brood("ps", "--watch=0.1")
		cmd.Stdout = writer
		r := start(t, p, cmd)
		writer.Close()
		if !eventually(func() bool { return sleepsIn(r.pid, "pipe_write") }) {
			t.Error("no thread of brood waits to write, want one")
		}
		r.signal(syscall.SIGINT)
		r.wants(130)
	})
}

// fill writes to the pipe until it is full.
func fill(t *testing.T, pipe *os.File) {
	t.Helper()
	raw, err := pipe.SyscallConn()
	must(t, err)
	must(t, raw.Write(func(fd uintptr) bool {
		for {
			if _, err := syscall.Write(int(fd), make([]byte, 4096)); err != nil {
				return true
			}
		}
	}))
}

// sleepsIn tells whether a thread of the process sleeps in that function of the kernel.
func sleepsIn(pid int, function string) bool {
	channels, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/wchan", pid))
	return slices.ContainsFunc(channels, func(file string) bool {
		text, _ := os.ReadFile(file)
		return strings.Contains(string(text), function)
	})
}
