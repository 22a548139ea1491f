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

// TestQueueThatNobodyReads: without a reader the queue delays nobody. It keeps warnings and counts the lines left out.
func TestQueueThatNobodyReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const lines = 10_000
		r, w := io.Pipe()
		q := view.NewQueue(w, leftOut)
		logger := hclog.New(&hclog.LoggerOptions{Output: q, Level: hclog.Info, DisableTime: true})
		for i := range lines {
			logger.Info("a line of a usual length, or nearly so", "n", i)
			if i == 0 {
				synctest.Wait() // the goroutine is blocked in the write of this line
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
			t.Errorf("%d lines and %d warnings written, %d of %d lines left out", info, warnings, lost, lines)
		}
		if !strings.HasSuffix(last, " left out") {
			t.Errorf("the last line is %q", last)
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
			var n int // there may be several counts, as some lines were taken in between
			if _, err := fmt.Sscanf(last, "%d left out", &n); err != nil {
				t.Errorf("unexpected line %q", last)
			}
			lost += n
		}
	}
	return info, warnings, lost, last
}

// TestQueueWithSlowReader: lines keep their order, no write breaks a line, and Close waits for a slow reader.
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
			t.Error("Close gave up, although somebody reads")
		}
		if got := w.text.String(); got != want.String() {
			t.Errorf("%d bytes were written, want %d", len(got), want.Len())
		}
		if w.broken > 0 {
			t.Errorf("%d writes end inside a line", w.broken)
		}
	})
}

// slow is a writer that pauses before each write.
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

// TestQueueWithoutReader: if the reader is gone, writes fail at once and the queue drains.
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
