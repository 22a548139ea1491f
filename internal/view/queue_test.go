package view_test

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-hclog"

	"brood/internal/view"
)

func leftOut(w io.Writer, lines int) { fmt.Fprintf(w, "%d left out\n", lines) }

// Nobody reads at first: nobody is held up, warnings are there in the end, and what is not there is counted.
func TestQueueThatNobodyReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const lines = 10_000
		r, w := io.Pipe()
		q := view.NewQueue(w, leftOut)
		logger := hclog.New(&hclog.LoggerOptions{Output: q, Level: hclog.Info, DisableTime: true})
		for i := range lines {
			logger.Info("a line of a usual length, or nearly so", "n", i)
			if i == 0 {
				synctest.Wait() // its goroutine is held in this line's write
			}
		}
		for i := range 3 {
			logger.Warn("a warning", "n", i)
		}
		if q.Drain(time.Second) {
			t.Error("drained, although nobody reads")
		}
		closed := make(chan bool, 1)
		go func() {
			closed <- q.Close(0)
			w.Close()
		}()
		info, warnings, lost, last := count(t, r)
		if !<-closed {
			t.Error("not drained, although all was read")
		}
		if warnings != 3 || info+lost != lines || lost == 0 || info < 1000 {
			t.Errorf("%d lines, %d warnings, %d left out of %d", info, warnings, lost, lines)
		}
		if !strings.HasSuffix(last, " left out") {
			t.Errorf("it ends with %q", last)
		}
	})
}

func count(t *testing.T, r io.Reader) (info, warnings, lost int, last string) {
	t.Helper()
	for lines := bufio.NewScanner(r); lines.Scan(); {
		last = lines.Text()
		switch {
		case strings.Contains(last, "a line of a usual length"):
			info++
		case strings.Contains(last, "a warning"):
			warnings++
		default:
			var n int // it may be told more than once: some lines were taken meanwhile
			if _, err := fmt.Sscanf(last, "%d left out", &n); err != nil {
				t.Errorf("an odd line: %q", last)
			}
			lost += n
		}
	}
	return info, warnings, lost, last
}

// Lines come in their order, each in one write, and a slow reader is waited for.
func TestQueueWithSlowReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &slow{pause: time.Second}
		q := view.NewQueue(w, leftOut)
		var want strings.Builder
		for i := range 2000 {
			line := fmt.Sprintf("line %d %s\n", i, strings.Repeat("x", i%50))
			want.WriteString(line)
			_, _ = q.Write([]byte(line))
		}
		if !q.Close(2 * time.Second) {
			t.Error("given up, although somebody reads")
		}
		if got := w.text.String(); got != want.String() {
			t.Errorf("%d bytes were written, want %d", len(got), want.Len())
		}
		if w.broken > 0 {
			t.Errorf("%d writes end in the midst of a line", w.broken)
		}
	})
}

// slow takes a while for each write.
type slow struct {
	pause  time.Duration
	text   strings.Builder
	broken int
}

func (s *slow) Write(p []byte) (int, error) {
	time.Sleep(s.pause)
	if !strings.HasSuffix(string(p), "\n") {
		s.broken++
	}
	return s.text.Write(p)
}

// A reader that is gone costs nothing.
func TestQueueWithoutReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		r.Close()
		q := view.NewQueue(w, leftOut)
		for range 100_000 {
			_, _ = q.Write([]byte("a line that nobody reads\n"))
		}
		if !q.Close(time.Second) {
			t.Error("not drained, although each write fails at once")
		}
	})
}
