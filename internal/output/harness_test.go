//go:build unix

package output_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"testing"
	"time"

	"brood/internal/output"
	"brood/internal/testenv"
)

// bench is a collector whose Out and Err are files, or pipes that are read to their end.
type bench struct {
	*output.Collector
	t        testing.TB
	out, err *sink
}

// newBench makes a collector. The test checks at its end that no descriptor and no goroutine is left.
func newBench(t testing.TB, o output.Options, kind string) *bench {
	t.Helper()
	wantNoLeak(t)
	return openBench(t, o, kind)
}

// openBench makes a collector, without the check.
func openBench(t testing.TB, o output.Options, kind string) *bench {
	t.Helper()
	b := &bench{t: t, out: newSink(t, kind), err: newSink(t, kind)}
	o.Out, o.Err = b.out.file, b.err.file
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	b.Collector = must(output.New(o))(t)
	return b
}

// run runs a shell script as an item, with one attempt.
func (b *bench) run(it output.Item, script string, args ...string) {
	b.t.Helper()
	b.start(it, script, args...).end(true)
}

// command is a running command.
type command struct {
	*output.Output
	t   testing.TB
	cmd *exec.Cmd
}

// start starts a shell script.
func (b *bench) start(it output.Item, script string, args ...string) *command {
	b.t.Helper()
	return b.startWith(it, nil, script, args...)
}

// startWith starts a shell script that waits with "read x <&3" until the gate opens.
func (b *bench) startWith(it output.Item, in *gate, script string, args ...string) *command {
	b.t.Helper()
	c := &command{Output: must(b.Open(it))(b.t), t: b.t}
	c.cmd = exec.Command("sh", append([]string{"-c", script, "sh"}, args...)...)
	if in != nil {
		c.cmd.ExtraFiles = []*os.File{in.read}
	}
	c.cmd.Stdout, c.cmd.Stderr = c.Stdout(), c.Stderr()
	check(b.t, c.cmd.Start())
	c.Started()
	return c
}

// wait waits for the end of the command.
func (c *command) wait() output.End {
	var end output.End
	_ = c.cmd.Wait() // the script may fail
	end.ExitCode = c.cmd.ProcessState.ExitCode()
	return end
}

func (c *command) end(last bool) {
	c.t.Helper()
	check(c.t, c.Close(c.wait(), last))
}

// finish closes the collector, and compares what came to Out and Err.
func (b *bench) finish(out, err string) {
	b.t.Helper()
	check(b.t, b.Close())
	same(b.t, "standard output", b.out.all(), out)
	same(b.t, "standard error", b.err.all(), err)
}

// gate is a pipe on which scripts wait.
type gate struct{ read, write *os.File }

func newGate(t testing.TB) *gate {
	r, w, err := os.Pipe()
	check(t, err)
	g := &gate{r, w}
	t.Cleanup(g.open)
	return g
}

// open lets all scripts go on.
func (g *gate) open() {
	g.read.Close()
	g.write.Close()
}

// sink is a file or a pipe that takes output.
type sink struct {
	t    testing.TB
	file *os.File
	name string // of the file; "" for a pipe
	done chan struct{}
	mu   sync.Mutex
	got  bytes.Buffer
}

// newSink opens a sink of a kind: "pipe", "file" or "append", a file in append mode.
func newSink(t testing.TB, kind string) *sink {
	t.Helper()
	s := &sink{t: t, done: make(chan struct{})}
	if kind != "pipe" {
		flags := os.O_WRONLY
		if kind == "append" {
			flags |= os.O_APPEND
		}
		s.file = must(os.CreateTemp(t.TempDir(), kind))(t)
		s.name = s.file.Name()
		s.file.Close()
		s.file = must(os.OpenFile(s.name, flags, 0))(t)
		t.Cleanup(func() { s.file.Close() })
		close(s.done)
		return s
	}
	r, w, err := os.Pipe()
	check(t, err)
	s.file = w
	go func() {
		defer close(s.done)
		defer r.Close()
		io.Copy(s, r)
	}()
	t.Cleanup(func() { w.Close(); <-s.done })
	return s
}

func (s *sink) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.got.Write(p)
}

// all returns everything after the last write.
func (s *sink) all() string {
	s.t.Helper()
	s.file.Close()
	<-s.done
	return s.now()
}

// now returns what has come.
func (s *sink) now() string {
	if s.name != "" {
		return string(must(os.ReadFile(s.name))(s.t))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.got.String()
}

// await waits until exactly this has come.
func (s *sink) await(want string) {
	s.t.Helper()
	eventually(s.t, func() bool { return s.now() == want },
		func() string { return brief(s.now()) + ", want " + brief(want) })
}

func eventually(t testing.TB, is func() bool, got func() string) {
	t.Helper()
	for deadline := time.Now().Add(testenv.Patience); !is(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("waited in vain: ", got())
		}
	}
}

// wantNoLeak checks at the end of the test that it has left no descriptor and no goroutine.
func wantNoLeak(t testing.TB) {
	files, goroutines := descriptors(t), runtime.NumGoroutine()
	t.Cleanup(func() {
		if t.Failed() {
			return // perhaps in the middle
		}
		if now := descriptors(t); now > files {
			t.Errorf("%d descriptors are left", now-files)
		}
		eventually(t, func() bool { return runtime.NumGoroutine() <= goroutines },
			func() string { return "goroutines are left" })
	})
}

// descriptors counts the open descriptors of this process, where the system has a list of them.
func descriptors(t testing.TB) int {
	if runtime.GOOS != "linux" {
		return 0
	}
	return len(must(os.ReadDir("/proc/self/fd"))(t))
}

func same(t testing.TB, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %s, want %s", what, brief(got), brief(want))
	}
}

// brief shortens a long text.
func brief(s string) string {
	const most = 300
	if len(s) <= most {
		return fmt.Sprintf("%q", s)
	}
	return fmt.Sprintf("%q… of %d bytes", s[:most], len(s))
}

func must[T any](value T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		check(t, err)
		return value
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
