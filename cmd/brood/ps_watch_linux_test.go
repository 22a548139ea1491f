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

// TestPsWatchOnATerminal: it is drawn in place, and stays when Ctrl-C ends it. It runs in a
// namespace: the machine's other broods may be more than the terminal has lines.
func TestPsWatchOnATerminal(t *testing.T) {
	t.Parallel()
	needsRoot(t, "to make a namespace")
	needs(t, "unshare")
	p := newPlace(t)
	p.big(t, 1)
	cmd := p.brood()
	cmd.Path, _ = exec.LookPath("unshare")
	cmd.Args = []string{"unshare", "--pid", "--fork", "--mount-proc", "--kill-child", "sh", "-c",
		`"$0" copy --quiet --bwlimit=64K "$1" "$2" & exec "$0" ps --watch 0.1`, p.installed(t), p.src, p.dst}
	r := inTerminal(t, p, "xterm", cmd)
	const line = `(?m)^PID .*\n(?s:.*)─ \d+ .* copy-1 .*big-1$`
	r.shows(line)
	drawn := func() int { return strings.Count(r.stderr(), "\x1b[J") }
	if before := drawn(); !eventually(func() bool { return drawn() > before+2 }) {
		t.Errorf("it is not drawn again: %q", r.stderr())
	}
	r.types("\x03")
	r.endsWith(130)
	r.shows(line)
	if n := strings.Count(r.screen(columns, rows), "  PPID "); n != 1 {
		t.Errorf("it is there %d times:\n%s", n, r.screen(columns, rows))
	}
}

// TestPsWatchOnALowTerminal: what there is no room for is counted, and nothing scrolls.
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
		t.Errorf("it says %q", r.stderr())
	}
	r.types("\x03")
	r.wants(130)
	goOn(held)
	copying.wants(0)
}

// TestPsWatchElsewhere: one block comes after another, until a signal, or until nobody reads.
func TestPsWatchElsewhere(t *testing.T) {
	t.Parallel()
	t.Run("a signal", func(t *testing.T) {
		p := newPlace(t)
		r := start(t, p, p.brood("ps", "--watch=0.1"))
		if !eventually(func() bool { return strings.Count(r.stdout(), "\n\nPID ") >= 2 }) {
			t.Errorf("no blocks: %q", r.stdout())
		}
		r.signal(syscall.SIGINT)
		r.wants(130)
		if strings.Contains(r.stdout()+r.stderr(), "\x1b") {
			t.Errorf("it says %q, %q", r.stdout(), r.stderr())
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
			t.Errorf("%q; it says %q", line, r.stderr())
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
			t.Error("it does not wait for its reader")
		}
		r.signal(syscall.SIGINT)
		r.wants(130)
	})
}

// fill writes until the pipe takes no more.
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
