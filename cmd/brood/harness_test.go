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

// place is a test's own folder, with a source and room for a destination. brood's output and record are files in it.
type place struct {
	t             *testing.T
	dir, src, dst string
}

// newPlace makes a place that any user may enter. At the end of the test it fails the test if a process that was
// started in the place is alive, ends such processes and removes the folder.
func newPlace(t *testing.T) place {
	t.Helper()
	return newPlaceIn(t, "")
}

// newPlaceIn makes a place in a folder.
func newPlaceIn(t *testing.T, folder string) place {
	t.Helper()
	dir, err := os.MkdirTemp(folder, "brood-test-")
	must(t, err)
	p := place{t, dir, dir + "/src", dir + "/dst"}
	t.Cleanup(func() {
		if !t.Failed() && !eventually(func() bool { return len(p.alive()) == 0 }) {
			t.Errorf("alive at the end of the test: %q, want no process", p.alive())
		}
		if t.Failed() {
			p.endAll()
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	must(t, os.Chmod(dir, 0o777))
	must(t, os.Mkdir(p.src, 0o755))
	return p
}

// mark is in the environment of each process that is started in the place.
func (p place) mark() string { return "BROOD_TEST=" + p.dir }

// alive lists the live processes that were started in the place: PID, states of the threads, command line.
func (p place) alive() (found []string) {
	mark, buffer := []byte(p.mark()+"\x00"), make([]byte, 64<<10)
	for _, pid := range pids() {
		if bytes.Contains(environ(pid, buffer), mark) && !gone(pid) {
			found = append(found, fmt.Sprint(pid, " ", threads(pid), " ", argv(pid)))
		}
	}
	return found
}

// endAll kills each process of the place and waits until they are gone.
func (p place) endAll() {
	if !eventually(func() bool {
		alive := p.alive()
		for _, line := range alive {
			var pid int
			fmt.Sscan(line, &pid)
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		return len(alive) == 0
	}) {
		fmt.Fprintf(os.Stderr, "alive after SIGKILL: %q\n", p.alive())
	}
}

// copy returns the command brood copy from src to dst, with a record.
func (p place) copy(flags ...string) *exec.Cmd {
	args := slices.Concat([]string{"copy", "--record", p.dir + "/record"}, flags, []string{"--", p.src, p.dst})
	return p.brood(args...)
}

// copySlowly is copy at a rate so low that hold catches children in the middle of their files, even on a busy machine:
// a big file takes two minutes. hold ends the limit. A held child does not count as stalled while the test waits for
// other children.
func (p place) copySlowly(flags ...string) *exec.Cmd {
	return p.copy(append([]string{"--bwlimit=1M", "--stall=1h"}, flags...)...)
}

// brood returns a command that runs brood with the arguments in the place.
func (p place) brood(args ...string) *exec.Cmd {
	return &exec.Cmd{
		Path: program(p.t),
		Args: append([]string{"brood"}, args...),
		Dir:  p.dir,
		Env:  append(os.Environ(), p.mark()),
	}
}

// run is a started brood.
type run struct {
	*testing.T
	place
	cmd      *exec.Cmd
	pid      int
	terminal *os.File
	ended    chan struct{}
	answered time.Time // when the test last saw an answer
}

// start starts cmd. Outputs that are not set become files of the place: with a pipe, a child could hold up the end of
// the test. cmd leads a process group of its own, which is not orphaned, however the tests were called.
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

// startInTerminal starts cmd in the foreground of a new terminal.
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
		_, _ = io.Copy(said, master) // ends with EIO when the other end is closed
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

// end kills the processes of the place, waits for the end of the run, and checks the events in its records.
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

// events returns the events that are in the record by now.
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

// of returns the events of one kind that are in the record by now.
func (r *run) of(kind event.Kind) []event.Event {
	return slices.DeleteFunc(r.events(), func(e event.Event) bool { return e.Kind != kind })
}

// says waits until stderr contains the words.
func (r *run) says(words string) {
	r.Helper()
	said := func() bool { return strings.Contains(r.stderr(), words) }
	if !eventually(func() bool { return said() || r.over() }) || !said() {
		r.Fatalf("stderr lacks %q:\n%s", words, r.stderr())
	}
	r.answered = time.Now()
}

// wants waits for the end, and fails the test unless brood has that exit status and leaves no process.
func (r *run) wants(status int) {
	r.Helper()
	r.endsWith(status)
	if alive := r.alive(); len(alive) > 0 {
		r.Errorf("brood has ended, and %q are alive; want no process", alive)
	}
}

// endsWith waits for the end, and fails the test unless brood has that exit status.
func (r *run) endsWith(status int) {
	r.Helper()
	select {
	case <-r.ended:
	case <-time.After(testenv.Patience):
		r.Fatalf("no end within %v; alive: %q; stderr:\n%s", testenv.Patience, r.alive(), r.stderr())
	}
	if got := r.cmd.ProcessState; got.ExitCode() != status {
		r.Fatalf("%v, want exit status %d; stderr:\n%s", got, status, r.stderr())
	}
	if strings.Contains(r.stderr(), "goroutine ") {
		r.Errorf("stderr has a stack trace:\n%s", r.stderr())
	}
}

// signal sends a signal to brood, and not to its children.
func (r *run) signal(sig syscall.Signal) {
	r.Helper()
	must(r.T, syscall.Kill(r.pid, sig))
}

// types types keys at the terminal.
func (r *run) types(keys string) {
	r.Helper()
	_, err := r.terminal.WriteString(keys)
	must(r.T, err)
}

// over tells whether the run has ended.
func (r *run) over() bool {
	select {
	case <-r.ended:
		return true
	default:
		return false
	}
}

// eventually polls until the condition holds. It gives up, and returns false, after testenv.Patience.
func eventually(condition func() bool) bool {
	nap := time.Millisecond
	for deadline := time.Now().Add(testenv.Patience); time.Now().Before(deadline); time.Sleep(nap) {
		if condition() {
			return true
		}
		nap = min(nap*5/4, 50*time.Millisecond) // quick polling would slow down the processes under test
	}
	return condition()
}

// needsRoot skips the test unless root runs it.
func needsRoot(t *testing.T, what string) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skipf("needs root: %s", what)
	}
}

// needs skips the test unless the program is installed.
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
