//go:build linux

package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"

	"brood/internal/event"
	"brood/internal/testenv"
)

// brokenPipe returns the writing end of a pipe without a reader.
func brokenPipe(t *testing.T) *os.File {
	t.Helper()
	r, w, err := os.Pipe()
	must(t, err)
	r.Close()
	t.Cleanup(func() { w.Close() })
	return w
}

func fullDevice(t *testing.T) *os.File {
	t.Helper()
	f, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	must(t, err)
	t.Cleanup(func() { f.Close() })
	return f
}

// When stdout, stderr or the record cannot be written, all files are copied. The exit status is 1 if the user loses an
// answer that he wants.
func TestUnwritableOutputs(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		stdout, stderr func(*testing.T) *os.File
		flags          []string
		status         int
		words          string // on stderr
	}{
		"stdout closed early":   {stdout: brokenPipe},
		"JSON closed early":     {stdout: brokenPipe, flags: []string{"--json"}},
		"stderr closed early":   {stderr: brokenPipe},
		"both closed early":     {stdout: brokenPipe, stderr: brokenPipe},
		"stderr on a full disk": {stderr: fullDevice},
		"stdout on a full disk": {stdout: fullDevice, status: 1,
			words: "brood: standard output: no space left on device"},
		"JSON on a full disk": {stdout: fullDevice, flags: []string{"--json"}, status: 1,
			words: "no space left on device"},
		"nothing on a full disk": {stdout: fullDevice, flags: []string{"--quiet"}},
		"record on a full disk": {flags: []string{"--record=/dev/full"}, status: 1,
			words: "brood: --record \"/dev/full\" is incomplete: no space left on device"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			p.small(t, 20, 20_000)
			cmd := p.copy(c.flags...)
			if c.stdout != nil {
				cmd.Stdout = c.stdout(t)
			}
			if c.stderr != nil {
				cmd.Stderr = c.stderr(t)
			}
			r := start(t, p, cmd)
			r.wants(c.status)
			p.equal(t)
			if !strings.Contains(r.stderr(), c.words) {
				t.Errorf("stderr lacks %q:\n%s", c.words, r.stderr())
			}
		})
	}
}

// The same holds for the names that --dry-run prints.
func TestUnwritableDryRun(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		stdout func(*testing.T) *os.File
		status int
		words  string
	}{
		"closed early":   {brokenPipe, 0, ""},
		"on a full disk": {fullDevice, 1, "no space left on device"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			p.small(t, 20, 100)
			cmd := p.copy("--dry-run")
			cmd.Stdout = c.stdout(t)
			r := start(t, p, cmd)
			r.wants(c.status)
			if !strings.Contains(r.stderr(), c.words) || c.words == "" && strings.Contains(r.stderr(), "broken pipe") {
				t.Errorf("stderr %q, want %q in it, and nothing about a broken pipe", r.stderr(), c.words)
			}
		})
	}
}

// The summary goes to stdout, and the log to stderr.
func TestSummary(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.small(t, 3, 1000)
	r := start(t, p, p.copy())
	r.wants(0)
	if out := r.stdout(); !strings.Contains(out, "files     3, 2.9 KiB") || !strings.Contains(out, "failed    0") {
		t.Errorf("stdout %q, want 3 files and 0 failed", out)
	}
	if strings.Contains(r.stdout(), "[INFO]") || !strings.Contains(r.stderr(), "[INFO]") {
		t.Errorf("stdout %q, stderr %q; want the log only in stderr", r.stdout(), r.stderr())
	}
}

// unread returns a pipe. Until the test reads r, writers of w wait as soon as the pipe is full.
func unread(t *testing.T) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	must(t, err)
	t.Cleanup(func() { r.Close(); w.Close() })
	return r, w
}

// When nobody reads stderr, brood copies all files. It ends when the reader is gone or has the rest.
func TestStderrThatNobodyReads(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	const files = 300
	p := newPlace(t)
	p.small(t, files, 1000) // their lines are more than a pipe can hold
	r, w := unread(t)
	cmd := p.copy("--log-level=trace", "--jobs=4")
	cmd.Stderr = w
	said := start(t, p, cmd)
	if !eventually(func() bool { return len(said.of(event.Finished)) == 1 }) {
		t.Fatalf("%d files copied while nobody reads stderr, want %d", len(said.of(event.Copied)), files)
	}
	p.equal(t)
	if said.over() {
		t.Fatal("brood has ended, want it to wait for a reader of the rest")
	}
	w.Close()
	text, err := io.ReadAll(r)
	must(t, err)
	said.wants(0)
	if !strings.Contains(said.stdout(), "files     300") {
		t.Errorf("stdout %q, want 300 files", said.stdout())
	}
	lost, ends := strings.Count(string(text), "nobody has read them"), strings.Count(string(text), "child exited: ")
	if lost == 0 && ends < files {
		t.Errorf("stderr lacks lines of the log, and a line that says so:\n%.1000s", text)
	}
}

// After Ctrl-S nothing more appears on the terminal, and brood goes on. Ctrl-C ends the run, and the rest appears.
func TestStoppedTerminal(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.small(t, 30, 1000)
	p.big(t, 2)
	r := startInTerminal(t, p, p.copySlowly("--jobs=3"))
	r.says("parent started")
	r.types("\x13")
	held := r.hold(1)
	r.copies(30)
	r.takesNoMore()
	r.types("\x03")
	r.says("the running ones are waited for")
	goOn(held)
	r.wants(130)
	if !strings.Contains(r.stderr(), "failed    0") {
		t.Errorf("the terminal lacks the summary with 0 failed:\n%s", r.stderr())
	}
}

// Keys have their effect also when the terminal's program has stopped to read brood's output.
func TestTerminalThatIsNotRead(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	p := newPlace(t)
	p.small(t, 400, 1000) // their lines are more than a terminal can hold
	p.big(t, 2)
	master, terminal, err := pty.Open()
	must(t, err)
	defer master.Close()
	cmd := p.copySlowly("--jobs=3")
	cmd.Stdin, cmd.Stderr = terminal, terminal
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	r := start(t, p, cmd)
	terminal.Close()
	r.terminal = master
	held := r.hold(1)
	r.copies(400)
	r.takesNoMore()
	for _, n := range []int{1, 2} { // the second terminates; 5 s later brood kills a stopped child
		r.apart()
		r.types("\x03")
		if !eventually(func() bool { return len(r.of(event.Stopping)) == n }) {
			t.Fatalf("brood counts %d times Ctrl-C, want %d", len(r.of(event.Stopping)), n)
		}
		r.answered = time.Now()
	}
	if !eventually(func() bool { return gone(held[0].pid) }) {
		t.Errorf("child %d lives, want it killed", held[0].pid)
	}
	r.wants(130)
	if !strings.Contains(r.stdout(), "stopped by SIGINT") {
		t.Errorf("stdout %q, want \"stopped by SIGINT\"", r.stdout())
	}
}

// takesNoMore waits until a program that writes to the terminal would have to wait.
func (r *run) takesNoMore() {
	r.Helper()
	terminal, err := os.OpenFile(fmt.Sprintf("/proc/%d/fd/2", r.pid), os.O_WRONLY|syscall.O_NOCTTY, 0)
	must(r.T, err)
	defer terminal.Close()
	if !eventually(func() bool {
		ready, err := unix.Poll([]unix.PollFd{{Fd: int32(terminal.Fd()), Events: unix.POLLOUT}}, 0)
		return err == nil && ready == 0
	}) {
		r.Fatal("the terminal takes more, want it full")
	}
}

// copies waits until the record has at least n copied files.
func (r *run) copies(n int) {
	r.Helper()
	if !eventually(func() bool { return len(r.of(event.Copied)) >= n || r.over() }) || r.over() {
		r.Fatalf("%d files copied, want %d", len(r.of(event.Copied)), n)
	}
}

// When the disk of the record or of the checksums fills up, brood copies all files, and says once that the list is not
// whole.
func TestFilesOnAFullDisk(t *testing.T) {
	t.Parallel()
	needsRoot(t, "to mount a file system")
	for _, what := range []string{"record", "checksums"} {
		t.Run(what, func(t *testing.T) {
			p := newPlace(t)
			p.small(t, 100, 1000)
			must(t, os.Mkdir(p.dir+"/tiny", 0o755))
			if err := unix.Mount("tmpfs", p.dir+"/tiny", "tmpfs", 0, "size=8k"); err != nil {
				t.Skipf("needs kernel: tmpfs: %v", err)
			}
			t.Cleanup(func() { unmount(t, p.dir+"/tiny") })
			must(t, os.WriteFile(p.dir+"/tiny/full", make([]byte, 4096), 0o600))
			file := p.dir + "/tiny/file"
			r := start(t, p, p.copy("--"+what+"="+file))
			r.wants(1)
			p.equal(t)
			words := fmt.Sprintf("brood: --%s %q is incomplete: no space left on device", what, file)
			if n := strings.Count(r.stderr(), words); n != 1 {
				t.Errorf("stderr has %d times %q, want once:\n%s", n, words, r.stderr())
			}
			if info, err := os.Stat(file); err != nil || info.Size() == 0 {
				t.Errorf("the file is %v, %v; want the lines that fit", info, err)
			}
		})
	}
}

// When the caller has closed an output, no file that brood opens later gets its descriptor.
func TestClosedOutputs(t *testing.T) {
	t.Parallel()
	needs(t, "sh")
	for _, closed := range []string{">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"} {
		t.Run(closed, func(t *testing.T) {
			p := newPlace(t)
			p.small(t, 20, 1000)
			cmd := p.copy()
			cmd.Args[0] = p.installed(t)
			cmd.Args = append([]string{"sh", "-c", `exec "$@" ` + closed, "sh"}, cmd.Args...)
			cmd.Path, _ = exec.LookPath("sh")
			r := start(t, p, cmd)
			r.wants(0)
			p.equal(t)
			for line := range strings.Lines(r.read("/record")) {
				if !strings.HasPrefix(line, "{") {
					t.Errorf("the record has a line %q, want JSON objects only", line)
				}
			}
		})
	}
}
