package view_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/hashicorp/go-hclog"

	"brood/internal/view"
)

// screen is an emulated terminal.
type screen struct {
	mu       sync.Mutex
	emulator *vt.Emulator
	writes   int
}

func newScreen(columns, rows int) *screen { return &screen{emulator: vt.NewEmulator(columns, rows)} }

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writes++
	// A line discipline does this (ONLCR).
	_, err := s.emulator.Write([]byte(strings.ReplaceAll(string(p), "\n", "\r\n")))
	return len(p), err
}

func (s *screen) size() (columns, rows int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.emulator.Width(), s.emulator.Height()
}

// lines returns the text on the screen, without empty lines at the end.
func (s *screen) lines() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var lines []string
	for _, line := range strings.Split(s.emulator.String(), "\n") {
		lines = append(lines, strings.TrimRight(line, " \r"))
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n")
}

// TestFooter: lines scroll above the footer, and it is gone at the end.
func TestFooter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScreen(20, 6)
		q := view.NewQueue(s, leftOut)
		drawn := 0
		footer := &view.Footer{Size: s.size, Every: time.Second, Draw: func(columns, rows int) string {
			drawn++
			return fmt.Sprintf("frame %d\n%dx%d\n", drawn, columns, rows)
		}}
		want := func(lines string) {
			t.Helper()
			synctest.Wait()
			if got := s.lines(); got != lines {
				t.Errorf("the screen shows\n%s\nwant\n%s", got, lines)
			}
		}
		fmt.Fprintln(q, "before")
		want("before")
		q.SetFooter(footer)
		want("before\nframe 1\n20x6")
		fmt.Fprintln(q, "a line")
		want("before\na line\nframe 2\n20x6")
		time.Sleep(1100 * time.Millisecond)
		want("before\na line\nframe 3\n20x6")
		for n := range 5 {
			fmt.Fprintf(q, "line %d\n", n)
			synctest.Wait()
		}
		want("line 2\nline 3\nline 4\nframe 8\n20x6")
		q.SetFooter(nil)
		want("line 2\nline 3\nline 4")
		fmt.Fprintln(q, "after")
		want("line 2\nline 3\nline 4\nafter")
		time.Sleep(time.Minute)
		want("line 2\nline 3\nline 4\nafter")
		if !q.Close(time.Second) {
			t.Error("not drained")
		}
	})
}

// TestFooterIsOneWrite: one write draws a line and the footer below it.
func TestFooterIsOneWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScreen(20, 6)
		q := view.NewQueue(s, leftOut)
		q.SetFooter(&view.Footer{Size: s.size, Every: time.Hour, Draw: func(int, int) string { return "frame\n" }})
		synctest.Wait()
		before := s.writes
		fmt.Fprintln(q, "a line")
		synctest.Wait()
		if n := s.writes - before; n != 1 {
			t.Errorf("%d writes, want 1", n)
		}
		q.SetFooter(nil)
		q.Close(0)
	})
}

// TestAside: what others write to the terminal stands above the footer, like a line.
func TestAside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScreen(20, 6)
		q := view.NewQueue(s, leftOut)
		other := func() { _, _ = s.Write([]byte("of another\n")) }
		q.Aside(other)
		q.SetFooter(&view.Footer{Size: s.size, Every: time.Hour, Draw: func(int, int) string { return "frame\nframe\n" }})
		synctest.Wait()
		q.Aside(other)
		synctest.Wait()
		fmt.Fprintln(q, "a line")
		synctest.Wait()
		if got, want := s.lines(), "of another\nof another\na line\nframe\nframe"; got != want {
			t.Errorf("the screen shows\n%s\nwant\n%s", got, want)
		}
		q.SetFooter(nil)
		q.Close(0)
	})
}

// TestFooterInTheBackground: while the terminal is another job's, lines come alone, and nothing is erased. Later the
// footer is drawn below what the other job has written.
func TestFooterInTheBackground(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScreen(20, 10)
		q := view.NewQueue(s, leftOut)
		var ours atomic.Bool
		ours.Store(true)
		q.SetFooter(&view.Footer{
			Size: s.size, Every: time.Second, Shown: ours.Load, Draw: func(int, int) string { return "frame\n" },
		})
		synctest.Wait()
		ours.Store(false)
		_, _ = s.Write([]byte("$ bg\n"))
		writes := s.writes
		time.Sleep(10 * time.Second)
		if s.writes != writes {
			t.Errorf("%d writes in the background, want none", s.writes-writes)
		}
		fmt.Fprintln(q, "a line")
		synctest.Wait()
		if got, want := s.lines(), "frame\n$ bg\na line"; got != want {
			t.Errorf("the screen shows\n%s\nwant\n%s", got, want)
		}
		ours.Store(true)
		time.Sleep(2 * time.Second)
		if got, want := s.lines(), "frame\n$ bg\na line\nframe"; got != want {
			t.Errorf("the screen shows\n%s\nwant\n%s", got, want)
		}
		ours.Store(false)
		q.SetFooter(nil)
		synctest.Wait()
		if got, want := s.lines(), "frame\n$ bg\na line\nframe"; got != want {
			t.Errorf("after the end the screen shows\n%s\nwant\n%s", got, want)
		}
		q.Close(0)
	})
}

// TestFooterAfterEcho: an echoed ^C disappears together with the footer.
func TestFooterAfterEcho(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScreen(20, 10)
		q := view.NewQueue(s, leftOut)
		q.SetFooter(&view.Footer{Size: s.size, Every: time.Second, Draw: func(int, int) string { return "frame\n" }})
		synctest.Wait()
		_, _ = s.Write([]byte("^C"))
		fmt.Fprintln(q, "stopping")
		synctest.Wait()
		if got, want := s.lines(), "stopping\nframe"; got != want {
			t.Errorf("the screen shows\n%s\nwant\n%s", got, want)
		}
		q.SetFooter(nil)
		q.Close(0)
	})
}

// TestFooterOnStoppedTerminal: a stopped terminal delays neither the log nor the end of the run.
func TestFooterOnStoppedTerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &stopped{goOn: make(chan struct{})}
		q := view.NewQueue(w, leftOut)
		size := func() (int, int) { return 80, 24 }
		q.SetFooter(&view.Footer{Size: size, Every: time.Second, Draw: func(int, int) string { return "frame\n" }})
		time.Sleep(5 * time.Second)
		for range 100 {
			_, _ = q.LevelWrite(hclog.Info, []byte("a line\n"))
		}
		q.SetFooter(nil)
		begun := time.Now()
		if q.Drain(time.Second) || q.Close(time.Second) {
			t.Error("drained, though the terminal is stopped")
		}
		if took := time.Since(begun); took != 2*time.Second {
			t.Errorf("waited %v for a stopped terminal, want 2 s", took)
		}
		close(w.goOn)
		if !q.Close(time.Second) {
			t.Error("not drained, though the terminal goes on")
		}
	})
}

// stopped is a terminal whose user has pressed Ctrl-S, until goOn is closed.
type stopped struct{ goOn chan struct{} }

func (s *stopped) Write(p []byte) (int, error) {
	<-s.goOn
	return len(p), nil
}
