package schedule_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"brood/internal/event"
	"brood/internal/plan"
	"brood/internal/schedule"
)

// history runs the batches and returns the events except Exited, each as "kind file …".
func history(b *batches, e *engine, opts schedule.Options) (seen []string) {
	opts.Cancel = func() {}
	stream := event.NewStream(func(e event.Event) {
		line := fmt.Sprintf("%s %s", e.Kind, e.File)
		switch e.Kind {
		case event.Exited:
			return
		case event.Failed:
			line += ": " + e.Error
		case event.Stalled:
			line += fmt.Sprintf(": %s, %s %s at %s", e.Reason, e.State, e.WChan, time.Since(start))
		case event.Retried:
			line += fmt.Sprintf(" after try %d: %s", e.Attempt, e.Error)
		}
		seen = append(seen, line)
	})
	schedule.Run(b, e, opts, stream.Emit)
	return seen
}

// oneBatch returns a source of one batch.
func oneBatch(batch plan.Batch) *batches {
	b := &batches{ready: make(chan plan.Batch, 1)}
	b.ready <- batch
	close(b.ready)
	return b
}

func names(n int) (names []string) {
	for i := range n {
		names = append(names, fmt.Sprint("f", i))
	}
	return names
}

// ends emits an engine's last events for a child that ended with these items undone.
func ends(emit event.Sink, transient bool, undone ...string) {
	emit(event.Event{Kind: event.Exited})
	for _, name := range undone {
		emit(event.Event{Kind: event.Failed, File: name, Error: "ended", Transient: transient})
	}
}

func copied(emit event.Sink, names ...string) {
	for _, name := range names {
		emit(event.Event{Kind: event.Copied, File: name})
	}
}

// When a child ends too early, its present item fails and another child does the items after it.
func TestRestGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &engine{tell: func(c *child, emit event.Sink) {
			if c.try < 3 {
				copied(emit, c.items[0])
				ends(emit, false, c.items[1:]...)
				return
			}
			copied(emit, c.items...)
			ends(emit, false)
		}}
		batch := plan.Batch{Items: names(6)}
		b := oneBatch(batch)
		seen := history(b, e, schedule.Options{Slots: 1, Retries: 5})
		want := []string{
			"started f0", "copied f0", "failed f1: ended",
			"started f2", "copied f2", "failed f3: ended",
			"started f4", "copied f4", "copied f5",
		}
		if !slices.Equal(seen, want) {
			t.Errorf("events %q, want %q", seen, want)
		}
		if !slices.Equal(b.done, []string{"f0"}) {
			t.Errorf("done %q, want the batch, once", b.done)
		}
	})
}

// The rest of a batch of hard links keeps the names to link to.
func TestRestOfLinks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var firsts [][]string
		e := &engine{}
		e.start = func(b plan.Batch) error { firsts = append(firsts, b.Firsts); return nil }
		e.tell = func(c *child, emit event.Sink) { ends(emit, false, c.items...) }
		links := plan.Batch{Folders: true, Items: []string{"a", "b"}, Firsts: []string{"x", "y"}}
		history(oneBatch(links), e, schedule.Options{Slots: 1})
		if want := [][]string{{"x", "y"}, {"y"}}; !reflect.DeepEqual(firsts, want) {
			t.Errorf("firsts %q, want %q", firsts, want)
		}
	})
}

// A failure that may pass is tried again up to Retries times, after growing pauses that free the slot.
func TestRetries(t *testing.T) {
	for _, row := range []struct {
		name     string
		failures int // of f0
		retries  int
		want     []string // of f0
		seconds  [2]float64
	}{
		{"none asked for", 1, 0, []string{"failed f0: EIO"}, [2]float64{0, 0}},
		{"passes", 2, 3,
			[]string{"retried f0 after try 1: EIO", "retried f0 after try 2: EIO", "copied f0"},
			[2]float64{1.5, 4.5}},
		{"does not pass", 9, 2,
			[]string{"retried f0 after try 1: EIO", "retried f0 after try 2: EIO", "failed f0: EIO"},
			[2]float64{1.5, 4.5}},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				failures := row.failures
				var others time.Duration
				e := &engine{tell: func(c *child, emit event.Sink) {
					if c.name == "f0" {
						if failures--; failures >= 0 {
							emit(event.Event{Kind: event.Failed, File: "f0", Error: "EIO", Transient: true})
							ends(emit, false)
							return
						}
					} else {
						others = time.Since(start)
					}
					copied(emit, c.items...)
					ends(emit, false)
				}}
				b := newBatches(3)
				seen := history(b, e, schedule.Options{Slots: 1, Retries: row.retries})
				seen = slices.DeleteFunc(seen, func(s string) bool {
					return !strings.Contains(s, " f0") || strings.HasPrefix(s, "started")
				})
				if !slices.Equal(seen, row.want) {
					t.Errorf("events %q, want %q", seen, row.want)
				}
				if took := time.Since(start).Seconds(); took < row.seconds[0] || took > row.seconds[1] {
					t.Errorf("took %v s, want %v", took, row.seconds)
				}
				if others != 0 {
					t.Errorf("the other files waited for %v", others)
				}
				if len(b.done) != 3 {
					t.Errorf("done %q", b.done)
				}
			})
		})
	}
}

// A failure that will not pass is not tried again.
func TestNotTransient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &engine{tell: func(c *child, emit event.Sink) {
			emit(event.Event{Kind: event.Failed, File: c.name, Error: "ENOSPC"})
			ends(emit, false)
		}}
		seen := history(newBatches(1), e, schedule.Options{Slots: 1, Retries: 3})
		if want := []string{"started f0", "failed f0: ENOSPC"}; !slices.Equal(seen, want) {
			t.Errorf("events %q, want %q", seen, want)
		}
	})
}

// A later try changes the times of the folders above it. So the folders are done again, without new events.
func TestRetryRedoesFolders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var given [][]string
		e := &engine{tell: func(c *child, emit event.Sink) {
			given = append(given, c.items)
			for _, name := range c.items {
				kind := event.Made
				if strings.HasSuffix(name, "link") {
					kind = event.Linked
				}
				if c.try == 1 && name == "a/b/link" {
					emit(event.Event{Kind: event.Failed, File: name, Error: "ESTALE", Transient: true})
					continue
				}
				emit(event.Event{Kind: kind, File: name})
			}
			ends(emit, false)
		}}
		b := oneBatch(plan.Batch{Folders: true, Items: []string{"a/b/link", "ab", "a/b", "a/c", "a", "."}})
		seen := history(b, e, schedule.Options{Slots: 1, Retries: 1})
		if want := []string{"a/b/link", "a/b", "a", "."}; len(given) != 2 || !slices.Equal(given[1], want) {
			t.Errorf("given %q, want at last %q", given, want)
		}
		want := []string{
			"started a/b/link", "made ab", "made a/b", "made a/c", "made a", "made .",
			"retried a/b/link after try 1: ESTALE", "started a/b/link", "linked a/b/link",
		}
		if !slices.Equal(seen, want) {
			t.Errorf("events %q, want %q", seen, want)
		}
	})
}

// A file whose retry cannot be started fails with the error of its last try, and says why there is no other.
func TestRetryIsNotStarted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &engine{tell: func(c *child, emit event.Sink) { ends(emit, true, c.items...) }}
		e.start = func(plan.Batch) error {
			if len(e.children) == 1 {
				return errors.New("no such file")
			}
			return nil
		}
		b := oneBatch(plan.Batch{Items: names(1)})
		seen := history(b, e, schedule.Options{Slots: 1, Retries: 9})
		want := []string{"started f0", "retried f0 after try 1: ended",
			"failed f0: ended; the next attempt was not started: no such file"}
		if !slices.Equal(seen, want) || len(b.done) != 1 {
			t.Errorf("events %q, want %q; done %q", seen, want, b.done)
		}
	})
}

// A stop does not wait for a retry: the file fails with the error of its last try.
func TestStopWhileARetryWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stops := make(chan schedule.Stop)
		e := &engine{tell: func(c *child, emit event.Sink) { ends(emit, true, c.items...) }}
		go func() {
			synctest.Wait()
			stops <- schedule.Drain
		}()
		b := oneBatch(plan.Batch{Items: names(1)})
		seen := history(b, e, schedule.Options{Slots: 1, Retries: 9, Stop: stops})
		want := []string{"started f0", "retried f0 after try 1: ended", "failed f0: ended"}
		if !slices.Equal(seen, want) {
			t.Errorf("events %q, want %q", seen, want)
		}
		if len(b.done) != 1 || time.Since(start) != 0 {
			t.Errorf("done %q, after %v", b.done, time.Since(start))
		}
	})
}

// Where everything fails, the number of parts that wait for a try is bounded.
func TestRetriesAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		waiting, most := 0, 0
		e := &engine{tell: func(c *child, emit event.Sink) { ends(emit, true, c.items...) }}
		b := newBatches(3000)
		stream := event.NewStream(func(e event.Event) {
			switch e.Kind {
			case event.Retried:
				waiting++
				most = max(most, waiting)
			case event.Failed:
				waiting--
			}
		})
		schedule.Run(b, e, schedule.Options{Slots: 2, Retries: 1, Cancel: func() {}}, stream.Emit)
		if most < 900 || most > 1100 || waiting != 0 || len(b.done) != 3000 {
			t.Errorf("at most %d waited, %d at the end; %d batches done", most, waiting, len(b.done))
		}
	})
}
