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

	"github.com/creack/pty"
	"golang.org/x/sys/unix"

	"brood/internal/event"
	"brood/internal/testenv"
)

// brokenPipe is a pipe that nobody reads.
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

// Outputs that take nothing cost the copy nothing; the status tells of those that matter.
func TestUnwritableOutputs(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		stdout, stderr func(*testing.T) *os.File
		flags          []string
		status         int
		words          string // on stderr
	}{
		"stdout closed early":    {stdout: brokenPipe},
		"JSON closed early":      {stdout: brokenPipe, flags: []string{"--json"}},
		"stderr closed early":    {stderr: brokenPipe},
		"both closed early":      {stdout: brokenPipe, stderr: brokenPipe},
		"stderr on a full disk":  {stderr: fullDevice},
		"stdout on a full disk":  {stdout: fullDevice, status: 1, words: "brood: standard output: no space left on device"},
		"JSON on a full disk":    {stdout: fullDevice, flags: []string{"--json"}, status: 1, words: "no space left on device"},
		"nothing on a full disk": {stdout: fullDevice, flags: []string{"--quiet"}},
		"record on a full disk":  {flags: []string{"--record=/dev/full"}, status: 1, words: "brood: --record \"/dev/full\" is incomplete: no space left on device"},
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

// So it is with the names that --dry-run says.
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
				t.Errorf("stderr: %s", r.stderr())
			}
		})
	}
}

// The summary is the answer, on stdout alone.
func TestSummary(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.small(t, 3, 1000)
	r := start(t, p, p.copy())
	r.wants(0)
	if out := r.stdout(); !strings.Contains(out, "files     3, 2.9 KiB") || !strings.Contains(out, "failed    0") {
		t.Errorf("stdout: %s", out)
	}
	if strings.Contains(r.stdout(), "[INFO]") || !strings.Contains(r.stderr(), "[INFO]") {
		t.Errorf("log: stdout %q, stderr %q", r.stdout(), r.stderr())
	}
}

// unread is a pipe that takes nothing more, and that nobody reads until its other end is.
func unread(t *testing.T) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	must(t, err)
	t.Cleanup(func() { r.Close(); w.Close() })
	return r, w
}

// Lines that nobody reads hold up neither the copying nor its end.
func TestStderrThatNobodyReads(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	const files = 300
	p := newPlace(t)
	p.small(t, files, 1000) // their lines are more than a pipe takes
	r, w := unread(t)
	cmd := p.copy("--log-level=trace", "--jobs=4")
	cmd.Stderr = w
	said := start(t, p, cmd)
	if !eventually(func() bool { return len(said.of(event.Finished)) == 1 }) {
		t.Fatalf("%d files are copied, and nobody reads stderr", len(said.of(event.Copied)))
	}
	p.equal(t)
	if said.over() {
		t.Fatal("it has not waited for whoever reads the rest")
	}
	w.Close()
	text, err := io.ReadAll(r)
	must(t, err)
	said.wants(0)
	if !strings.Contains(said.stdout(), "files     300") {
		t.Errorf("stdout: %s", said.stdout())
	}
	if lost := strings.Count(string(text), "nobody has read them"); lost == 0 && strings.Count(string(text), "child exited: ") < files {
		t.Errorf("lines are missing, and it does not say so:\n%.1000s", text)
	}
}

// Ctrl-S stops a terminal's output, and a Ctrl-C, which ends the run, lets it go on.
func TestStoppedTerminal(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.small(t, 200, 1000) // their lines are more than a terminal takes
	p.big(t, 2)
	r := startInTerminal(t, p, p.copySlowly("--jobs=3"))
	r.says("parent started")
	r.types("\x13")
	held := r.hold(1)
	r.copies(200)
	r.types("\x03")
	r.says("the running ones are waited for")
	goOn(held)
	r.wants(130)
	if !strings.Contains(r.stderr(), "failed    0") {
		t.Errorf("it shows:\n%s", r.stderr())
	}
}

// Whoever shows the terminal may have stopped: the keys arrive all the same.
func TestTerminalThatIsNotRead(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	p := newPlace(t)
	p.small(t, 200, 1000)
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
	r.copies(200)
	for _, n := range []int{1, 2} { // the second terminates, and a stopped child is killed 5 s later
		r.apart()
		r.types("\x03")
		if !eventually(func() bool { return len(r.of(event.Stopping)) == n }) {
			t.Fatalf("it has heard %d Ctrl-C, want %d", len(r.of(event.Stopping)), n)
		}
	}
	if !eventually(func() bool { return gone(held[0].pid) }) {
		t.Error("a child is not killed")
	}
	r.wants(130)
	if !strings.Contains(r.stdout(), "stopped by SIGINT") {
		t.Errorf("stdout: %s", r.stdout())
	}
}

// copies waits until so many files are copied.
func (r *run) copies(n int) {
	r.Helper()
	if !eventually(func() bool { return len(r.of(event.Copied)) >= n || r.over() }) || r.over() {
		r.Fatalf("%d files are copied, want %d", len(r.of(event.Copied)), n)
	}
}

// A disk that fills up while the record or the list of checksums is written: the
// copying goes on, and at the end it is said once.
func TestFilesOnAFullDisk(t *testing.T) {
	t.Parallel()
	needsRoot(t, "to mount a file system")
	for _, what := range []string{"record", "checksums"} {
		t.Run(what, func(t *testing.T) {
			p := newPlace(t)
			p.small(t, 200, 1000)
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
				t.Errorf("it says %d times %q:\n%s", n, words, r.stderr())
			}
			if info, err := os.Stat(file); err != nil || info.Size() == 0 {
				t.Errorf("what there was room for is not there: %v, %v", info, err)
			}
		})
	}
}

// Where an output is closed, nothing that is opened later takes its place.
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
					t.Errorf("in the record: %q", line)
				}
			}
		})
	}
}

// A record that nobody reads holds the run up; signals end it all the same.
func TestRecordThatNobodyReads(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.small(t, 400, 100)
	must(t, syscall.Mkfifo(p.dir+"/record", 0o600))
	pipe, err := unix.Open(p.dir+"/record", unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	must(t, err)
	defer unix.Close(pipe)
	r := start(t, p, p.copy())
	r.says("child started")
	for err == nil { // until it is full to the last byte
		_, err = unix.Write(pipe, []byte("x"))
	}
	if err != unix.EAGAIN {
		t.Fatal(err)
	}
	if !eventually(func() bool { _ = syscall.Kill(r.pid, syscall.SIGINT); return r.over() }) {
		t.Fatal("it cannot be ended")
	}
	if status := r.cmd.ProcessState.Sys().(syscall.WaitStatus); status.Signal() != syscall.SIGINT {
		t.Errorf("%v, want an end by SIGINT", r.cmd.ProcessState)
	}
	if !eventually(func() bool { return len(p.alive()) == 0 }) {
		t.Errorf("left alive: %q", p.alive())
	}
	p.wholeFiles(t)
}

// A record's reader that goes away costs the record, and nothing else.
func TestRecordWhoseReaderEnds(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.small(t, 100, 100)
	must(t, syscall.Mkfifo(p.dir+"/record", 0o600))
	r := start(t, p, p.copy())
	pipe, err := os.Open(p.dir + "/record")
	must(t, err)
	if _, err := event.NewReader(pipe).Next(); err != nil {
		t.Error(err)
	}
	must(t, pipe.Close())
	r.wants(1)
	r.says(fmt.Sprintf("brood: --record %q is incomplete: broken pipe", p.dir+"/record"))
	p.equal(t)
}
