//go:build linux

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"

	"brood/internal/event"
	"brood/internal/event/eventtest"
	"brood/internal/testenv"
)

// place is a folder of a test: a source in it, room for a destination, and
// what brood says.
type place struct {
	dir, src, dst string
}

// newPlace makes one that any user may enter. At the test's end no process that
// was started in it is left, and it is removed.
func newPlace(t *testing.T) place {
	t.Helper()
	dir, err := os.MkdirTemp("", "brood-test-")
	must(t, err)
	p := place{dir, dir + "/src", dir + "/dst"}
	t.Cleanup(func() {
		if !t.Failed() && !eventually(func() bool { return len(p.alive()) == 0 }) {
			t.Errorf("left alive: %q", p.alive())
		}
		p.endAll()
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	must(t, os.Chmod(dir, 0o777))
	must(t, os.Mkdir(p.src, 0o755))
	return p
}

// mark is in the environment of all that is started in a place.
func (p place) mark() string { return "BROOD_TEST=" + p.dir }

// alive are the processes that were started in the place: PID, states of the threads and command line.
func (p place) alive() (found []string) {
	for _, pid := range pids() {
		environ, _ := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
		if bytes.Contains(environ, []byte(p.mark()+"\x00")) && !gone(pid) {
			found = append(found, fmt.Sprint(pid, " ", threads(pid), " ", argv(pid)))
		}
	}
	return found
}

func (p place) endAll() {
	if !eventually(func() bool {
		for _, line := range p.alive() {
			var pid int
			fmt.Sscan(line, &pid)
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		return len(p.alive()) == 0
	}) {
		fmt.Fprintf(os.Stderr, "cannot be killed: %q\n", p.alive())
	}
}

// copy is brood copy in the place, with a record, from src to dst.
func (p place) copy(flags ...string) *exec.Cmd {
	return p.brood(slices.Concat([]string{"copy", "--record", p.dir + "/record"}, flags, []string{"--", p.src, p.dst})...)
}

// copySlowly is copy at a pace at which hold finds children in the midst of their
// files, however busy the machine is: a big file takes two minutes.
func (p place) copySlowly(flags ...string) *exec.Cmd {
	return p.copy(append([]string{"--bwlimit=1M"}, flags...)...)
}

func (p place) brood(args ...string) *exec.Cmd {
	return &exec.Cmd{
		Path: "/proc/self/exe",
		Args: append([]string{"brood"}, args...),
		Dir:  p.dir,
		Env:  append(os.Environ(), p.mark()),
	}
}

// installed is a copy of the program under its own name.
func (p place) installed(t *testing.T) string {
	t.Helper()
	program, err := os.ReadFile("/proc/self/exe")
	must(t, err)
	must(t, os.Mkdir(p.dir+"/bin", 0o755))
	// A child forked by another test while the file is open for writing makes its exec
	// fail with ETXTBSY (golang/go#22315).
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	must(t, os.WriteFile(p.dir+"/bin/brood", program, 0o755))
	return p.dir + "/bin/brood"
}

// run is a brood that was started.
type run struct {
	*testing.T
	place
	cmd      *exec.Cmd
	pid      int
	terminal *os.File
	ended    chan struct{}
	asked    time.Time // to end, last
}

// start starts cmd; where it has no outputs of its own they are files, which no
// child can hold up the end of a test with. It leads a process group of its own, which is
// not orphaned, however the tests were called.
func start(t *testing.T, p place, cmd *exec.Cmd) *run {
	t.Helper()
	for name, to := range map[string]*io.Writer{"/stdout": &cmd.Stdout, "/stderr": &cmd.Stderr} {
		f, err := os.Create(p.dir + name)
		must(t, err)
		defer f.Close()
		if *to == nil {
			*to = f
		}
	}
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	}
	must(t, cmd.Start())
	r := &run{T: t, place: p, cmd: cmd, pid: cmd.Process.Pid, ended: make(chan struct{})}
	go func() {
		defer close(r.ended)
		_ = cmd.Wait()
	}()
	t.Cleanup(r.end)
	return r
}

// startInTerminal starts cmd as the foreground of a terminal of its own.
func startInTerminal(t *testing.T, p place, cmd *exec.Cmd) *run {
	t.Helper()
	said, err := os.Create(p.dir + "/stderr")
	must(t, err)
	master, err := pty.Start(cmd)
	must(t, err)
	r := &run{T: t, place: p, cmd: cmd, pid: cmd.Process.Pid, terminal: master, ended: make(chan struct{})}
	shown := make(chan struct{})
	go func() {
		defer close(shown)
		defer said.Close()
		_, _ = io.Copy(said, master) // EIO when nobody has the other end
	}()
	go func() {
		defer close(r.ended)
		_ = cmd.Wait()
		<-shown
	}()
	t.Cleanup(func() {
		r.end()
		master.Close()
	})
	return r
}

// end ends a run that its test has left, and checks the events in its records.
func (r *run) end() {
	r.endAll()
	<-r.ended
	ofTasks, _ := filepath.Glob(r.dir + "/job/events/*/*.jsonl")
	for _, name := range append(ofTasks, r.dir+"/record", r.dir+"/job/plan.jsonl") {
		if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() {
			record, err := os.ReadFile(name)
			must(r.T, err)
			eventtest.Validate(r.T, record)
		}
	}
}

func (r *run) stdout() string { return r.read("/stdout") }
func (r *run) stderr() string { return r.read("/stderr") }

func (r *run) read(name string) string {
	text, _ := os.ReadFile(r.dir + name)
	return string(text)
}

// events are those of the record so far.
func (r *run) events() (events []event.Event) {
	reader := event.NewReader(strings.NewReader(r.read("/record")))
	for {
		e, err := reader.Next()
		if err != nil {
			return events
		}
		events = append(events, e)
	}
}

// of are the events of one kind.
func (r *run) of(kind event.Kind) []event.Event {
	return slices.DeleteFunc(r.events(), func(e event.Event) bool { return e.Kind != kind })
}

// says waits until brood has said the words on stderr.
func (r *run) says(words string) {
	r.Helper()
	said := func() bool { return strings.Contains(r.stderr(), words) }
	if !eventually(func() bool { return said() || r.over() }) || !said() {
		r.Fatalf("it does not say %q, but:\n%s", words, r.stderr())
	}
}

// wants waits for the end, which is to have that status and to leave no process.
func (r *run) wants(status int) {
	r.Helper()
	r.endsWith(status)
	if alive := r.alive(); len(alive) > 0 {
		r.Errorf("it has ended before %q", alive)
	}
}

// endsWith waits for the end, which is to have that status.
func (r *run) endsWith(status int) {
	r.Helper()
	select {
	case <-r.ended:
	case <-time.After(testenv.Patience):
		r.Fatalf("does not end; alive: %q; it says:\n%s", r.alive(), r.stderr())
	}
	if got := r.cmd.ProcessState; got.ExitCode() != status {
		r.Fatalf("%v, want exit status %d; it says:\n%s", got, status, r.stderr())
	}
	if strings.Contains(r.stderr(), "goroutine ") {
		r.Errorf("a stack trace:\n%s", r.stderr())
	}
}

// signal signals brood alone.
func (r *run) signal(sig syscall.Signal) {
	r.Helper()
	must(r.T, syscall.Kill(r.pid, sig))
}

// types writes keys at the terminal.
func (r *run) types(keys string) {
	r.Helper()
	_, err := r.terminal.WriteString(keys)
	must(r.T, err)
}

func (r *run) over() bool {
	select {
	case <-r.ended:
		return true
	default:
		return false
	}
}

// eventually polls with a deadline that no machine is too slow for.
func eventually(condition func() bool) bool {
	nap := time.Millisecond
	for deadline := time.Now().Add(testenv.Patience); time.Now().Before(deadline); time.Sleep(nap) {
		if condition() {
			return true
		}
		nap = min(nap*5/4, 50*time.Millisecond) // what polls all the time keeps the others from getting on
	}
	return condition()
}

// needsRoot skips a test that cannot do without.
func needsRoot(t *testing.T, what string) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skipf("needs root: %s", what)
	}
}

// needs skips a test for which the program isn't there.
func needs(t *testing.T, program string) {
	t.Helper()
	if _, err := exec.LookPath(program); errors.Is(err, exec.ErrNotFound) {
		t.Skipf("needs %s: %v", program, err)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
