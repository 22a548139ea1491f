package plan

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"brood/internal/event"
)

// inTime waits as long as each answer comes in time.
func TestInTime(t *testing.T) {
	const stall = time.Minute
	nothing := errors.New("nothing there")
	for name, row := range map[string]struct {
		stall   time.Duration
		ask     func(*pulse) (int, error)
		want    int
		wantErr string
		after   time.Duration // when it returns: then, or up to two ticks later
	}{
		"at once":        {stall, func(*pulse) (int, error) { return 7, nil }, 7, "", 0},
		"an error":       {stall, func(*pulse) (int, error) { return 0, nothing }, 0, "nothing there", 0},
		"not for ever":   {stall, asks(59 * time.Second), 7, "", 59 * time.Second},
		"one by one":     {stall, asks(59*time.Second, 59*time.Second, 59*time.Second), 7, "", 177 * time.Second},
		"never too long": {0, asks(1000 * time.Hour), 7, "", 1000 * time.Hour},
		"too long": {stall, asks(time.Second, 1000*time.Hour), 0,
			`source "/nas": "films/a": no answer for 1m0s`, 61 * time.Second},
		"soon too long": {20 * time.Millisecond, asks(time.Hour), 0, "no answer for 20ms", 20 * time.Millisecond},
		"the side itself": {stall, func(p *pulse) (int, error) {
			p.askFor("dest", "/x")
			time.Sleep(time.Hour)
			return 7, nil
		}, 0, `dest "/x": no answer for 1m0s`, stall},
		"part by part": {stall, func(p *pulse) (int, error) {
			p.askFor("dest", "/x")
			for range 100 {
				time.Sleep(50 * time.Second)
				p.partly()
			}
			return 7, nil
		}, 7, "", 5000 * time.Second},
		"busy, and asks nothing": {stall, func(p *pulse) (int, error) {
			p.askFor("source", "/x")
			p.answered()
			time.Sleep(time.Hour)
			return 7, nil
		}, 7, "", time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				got, err := inTime(row.stall, row.ask)
				if took := time.Since(began); took < row.after || took > row.after+2*time.Second {
					t.Errorf("after %s; want %s", took, row.after)
				}
				if got != row.want || (err == nil) != (row.wantErr == "") {
					t.Errorf("%d, %v; want %d, %s", got, err, row.want, row.wantErr)
				}
				if err != nil && !strings.HasSuffix(err.Error(), row.wantErr) {
					t.Errorf("%v; want %s", err, row.wantErr)
				}
				time.Sleep(2000 * time.Hour) // until a goroutine that was given up has ended
			})
		})
	}
}

// asks makes a call for each of these times, after which the answer comes.
func asks(answers ...time.Duration) func(*pulse) (int, error) {
	return func(p *pulse) (int, error) {
		s := &side{what: "source", path: "/nas"}
		for _, after := range answers {
			p.ask(s, "stat", "films/a")
			time.Sleep(after)
			p.answered()
		}
		return 7, nil
	}
}

// silentWalk is a plan whose walk finds the files "a" and "b" and then asks about "c". The test
// closes answer for the answer to come. Source and destination are one real, empty folder.
type silentWalk struct {
	*Plan
	answer chan struct{}
	cancel context.CancelFunc
	mu     sync.Mutex
	seen   []string
}

func startSilent(t *testing.T, opts Options) *silentWalk {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	s := &silentWalk{answer: make(chan struct{}), cancel: cancel}
	dir := t.TempDir()
	p := &pulse{stall: time.Minute}
	w, err := newWalk(ctx, p, Tree{Source: dir, Dest: dir}, opts, s.emit)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		t.Fatal(err)
	}
	s.Plan = start(w, func() {
		top := &folder{name: "."}
		w.pass(entry{kind: entered, folder: top})
		for _, name := range []string{"a", "b", "c"} {
			if name == "c" {
				w.source.pulse.ask(w.source, "stat", name)
				<-s.answer
				w.source.pulse.answered()
			}
			w.skipped(name, "seen")
			w.pass(entry{kind: file, name: name, info: info, folder: top})
		}
		w.pass(entry{kind: left, folder: top})
	})
	return s
}

func (s *silentWalk) emit(e event.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, strings.TrimSpace(fmt.Sprint(e.Kind, " ", e.File, " ", e.Error, e.Reason)))
}

// takes takes the next batch and checks its items. Without names it checks that there is no more batch.
func (s *silentWalk) takes(t *testing.T, names ...string) Batch {
	t.Helper()
	batch, open := <-s.Batches()
	if !slices.Equal(batch.Items, names) || open != (names != nil) {
		t.Errorf("batch %q, %v; want %q", batch.Items, open, names)
	}
	return batch
}

// ends checks that the plan ends soon, and what it emitted.
func (s *silentWalk) ends(t *testing.T, seen ...string) {
	t.Helper()
	began := time.Now()
	s.Wait()
	if took := time.Since(began); took > time.Second {
		t.Errorf("Wait took %s", took)
	}
	if !slices.Equal(s.seen, seen) {
		t.Errorf("events %q; want %q", s.seen, seen)
	}
}

// late lets the answer come after the end, and checks that the walk emits nothing.
func (s *silentWalk) late(t *testing.T) {
	t.Helper()
	before := len(s.seen)
	close(s.answer)
	<-s.walked
	if len(s.seen) != before {
		t.Errorf("events %q after the end", s.seen[before:])
	}
}

const (
	seenA, seenB, seenC = "skipped a seen", "skipped b seen", "skipped c seen"
	failedC             = "failed c stat: no answer for 1m0s"
)

// stoppingAt returns the Stopping event.
func stoppingAt(s *silentWalk, t *testing.T) string {
	const reason = `does not answer at "c": the rest was not read`
	for _, e := range s.seen {
		if strings.HasPrefix(e, "stopping") && strings.HasSuffix(e, reason) {
			return e
		}
	}
	t.Errorf("events %q, want stopping … %s", s.seen, reason)
	return ""
}

func TestSilentWalkIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startSilent(t, Options{PerChild: 1})
		began := time.Now()
		a, b := s.takes(t, "a"), s.takes(t, "b")
		s.Done(a)
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if len(s.seen) != 2 {
			t.Errorf("given up while a batch is running: %q", s.seen)
		}
		s.Done(b)
		s.takes(t)
		if took := time.Since(began); took > 10*time.Minute+time.Second {
			t.Errorf("the batches ended after %s", took)
		}
		s.ends(t, seenA, seenB, failedC, stoppingAt(s, t))
		s.late(t)
	})
}

func TestSilenceWithNoBatchRunning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startSilent(t, Options{PerChild: 1})
		began := time.Now()
		s.Done(s.takes(t, "a"))
		s.Done(s.takes(t, "b"))
		s.takes(t)
		if took := time.Since(began); took < time.Minute || took > time.Minute+2*time.Second {
			t.Errorf("given up after %s", took)
		}
		s.ends(t, seenA, seenB, failedC, stoppingAt(s, t))
		s.late(t)
	})
}

// The walk goes on after an answer in time, and after a late one while batches run.
func TestWalkGoesOn(t *testing.T) {
	for _, after := range []time.Duration{59 * time.Second, time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			s := startSilent(t, Options{PerChild: 1})
			a, b := s.takes(t, "a"), s.takes(t, "b")
			time.AfterFunc(after, func() { close(s.answer) })
			c := s.takes(t, "c")
			for _, batch := range []Batch{a, b, c} {
				s.Done(batch)
			}
			s.Done(s.takes(t, "."))
			s.takes(t)
			s.ends(t, seenA, seenB, seenC)
		})
	}
}

// The files that a silent walk found do not wait for a full batch.
func TestBatchOfSilentWalk(t *testing.T) {
	for _, opts := range []Options{{PerChild: 10}, {Guided: true, Slots: 2}} {
		synctest.Test(t, func(t *testing.T) {
			s := startSilent(t, opts)
			s.Done(s.takes(t, "a", "b"))
			s.takes(t)
			s.ends(t, seenA, seenB, failedC, stoppingAt(s, t))
			s.late(t)
		})
	}
}

// A walk that waits because nobody takes its batches is not silent.
func TestWalkThatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startSilent(t, Options{PerChild: 1})
		close(s.answer)
		for _, name := range []string{"a", "b", "c", "."} {
			time.Sleep(time.Hour)
			s.Done(s.takes(t, name))
		}
		s.takes(t)
		s.ends(t, seenA, seenB, seenC)
	})
}

// A cancelled plan does not wait for an answer.
func TestSilentWalkIsCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startSilent(t, Options{PerChild: 1})
		s.takes(t, "a")
		s.cancel()
		for range s.Batches() {
		}
		s.ends(t, seenA, seenB)
		s.late(t)
	})
}
