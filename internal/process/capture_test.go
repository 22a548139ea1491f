//go:build unix

package process_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"brood/internal/process"
)

// memory is a NonBlocking writer.
type memory struct{ bytes.Buffer }

func (*memory) NonBlocking() {}

// The output of many children at once, each more than a pipe holds, arrives whole.
func TestChattyChildren(t *testing.T) {
	const children, lines = 8, 50_000
	var want strings.Builder
	for i := range lines {
		fmt.Fprintf(&want, "line %d\n", i)
	}
	var all []*process.Process
	var words [children]memory
	for i := range words {
		all = append(all, start(t, process.Config{Target: "chatty", Args: []string{fmt.Sprint(lines)},
			Stderr: &words[i]}))
	}
	for i, p := range all {
		if code := exitCode(t, p); code != 0 || words[i].String() != want.String() {
			t.Errorf("exit code %d, %d bytes of %d", code, words[i].Len(), want.Len())
		}
	}
}

// A slow reader of one child's output holds up that child alone.
func TestSlowWriterHoldsUpNobodyElse(t *testing.T) {
	r, w := io.Pipe() // the test does not read yet
	slow := start(t, process.Config{Target: "chatty", Args: []string{"50000"}, Stderr: w})
	var words memory
	other := start(t, process.Config{Target: "chatty", Args: []string{"50000"}, Stderr: &words})
	if code := exitCode(t, other); code != 0 || !strings.HasSuffix(words.String(), "line 49999\n") {
		t.Errorf("exit code %d, %d bytes", code, words.Len())
	}
	if !isAlive(t, slow) {
		t.Error("the other has ended although nobody reads: the test shows nothing")
	}
	go func() { _, _ = io.Copy(io.Discard, r) }()
	up(t, slow)
	join(t, slow)
	w.Close()
}

// A child costs no goroutine, for its end or its output; and no descriptor after its end.
func TestChildCostsNoGoroutine(t *testing.T) {
	if process.ReapsAtOnce {
		t.Skip("platform: a goroutine waits for each child here")
	}
	join(t, start(t, process.Config{Stderr: new(memory)})) // now the shared parts exist
	files, goroutines := openFiles(t), runtime.NumGoroutine()
	var all []*process.Process
	for range 20 {
		all = append(all, start(t, process.Config{Target: "hang", Stderr: new(memory)}))
	}
	for _, p := range all {
		up(t, p)
	}
	if n := runtime.NumGoroutine() - goroutines; n >= len(all) {
		t.Errorf("%d children cost %d goroutines", len(all), n)
	}
	for _, p := range all {
		_ = p.Kill()
		join(t, p)
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}
	if n := openFiles(t); n != files {
		t.Errorf("%d descriptors are left of %d children", n-files, len(all))
	}
}

// A failed start leaves no descriptor of the child's standard error.
func TestNoDescriptorAfterFailedStart(t *testing.T) {
	if process.ReapsAtOnce {
		t.Skip("platform: /proc/self/fd")
	}
	join(t, start(t, process.Config{Stderr: new(memory)}))
	files := openFiles(t)
	t.Setenv("TOO_LONG", strings.Repeat("x", 256<<10)) // execve(2): MAX_ARG_STRLEN
	p := process.New(process.Config{Stderr: new(memory)})
	if err := p.Start(); !errors.Is(err, syscall.E2BIG) {
		join(t, p)
		t.Fatalf("%v, want E2BIG", err)
	}
	if n := openFiles(t); n != files {
		t.Errorf("%d descriptors are left", n-files)
	}
}

func openFiles(t *testing.T) int {
	t.Helper()
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(open)
}
