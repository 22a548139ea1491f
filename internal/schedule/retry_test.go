package schedule_test

import (
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

// history runs the batches and returns all events but those of begin and end of a child, each as
// "kind file …", at which second.
func history(j *batches, e *engine, opts schedule.Options) (said []string) {
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
		said = append(said, line)
	})
	schedule.Run(j, e, opts, stream.Emit)
	return said
}

// oneBatch is a plan of one batch.
func oneBatch(batch plan.Batch) *batches {
	j := &batches{ready: make(chan plan.Batch, 1)}
	j.ready <- batch
	close(j.ready)
	return j
}

func names(n int) (names []string) {
	for i := range n {
		names = append(names, fmt.Sprint("f", i))
	}
	return names
}

// ends is what an engine says of a child which has ended with these names undone.
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

// A child that ends before its time costs the name that it was at; another child goes on after that.
func TestRestGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &engine{tell: func(c *child, emit event.Sink) {
			if c.try < 3 {
				copied(emit, c.names[0])
				ends(emit, false, c.names[1:]...)
				return
			}
			copied(emit, c.names...)
			ends(emit, false)
		}}
		batch := plan.Batch{Items: names(6)}
		j := oneBatch(batch)
		said := history(j, e, schedule.Options{Slots: 1, Retries: 5})
		want := []string{
			"started f0", "copied f0", "failed f1: ended",
			"started f2", "copied f2", "failed f3: ended",
			"started f4", "copied f4", "copied f5",
		}
		if !slices.Equal(said, want) {
			t.Errorf("events %q, want %q", said, want)
		}
		if !slices.Equal(j.done, []string{"f0"}) {
			t.Errorf("done %q, want the batch, once", j.done)
		}
	})
}

// Hard links go on with the names that they are links to.
func TestRestOfLinks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var firsts [][]string
		e := &engine{}
		e.start = func(j plan.Batch) error { firsts = append(firsts, j.Firsts); return nil }
		e.tell = func(c *child, emit event.Sink) { ends(emit, false, c.names...) }
		history(oneBatch(plan.Batch{Folders: true, Items: []string{"a", "b"}, Firsts: []string{"x", "y"}}), e, schedule.Options{Slots: 1})
		if want := [][]string{{"x", "y"}, {"y"}}; !reflect.DeepEqual(firsts, want) {
			t.Errorf("firsts %q, want %q", firsts, want)
		}
	})
}

// What may pass is tried again, so many times, after longer and longer pauses, in which the slot is free.
func TestRetries(t *testing.T) {
	for _, row := range []struct {
		name     string
		failures int // of f0
		retries  int
		want     []string // of f0
		seconds  [2]float64
	}{
		{"none asked for", 1, 0, []string{"failed f0: EIO"}, [2]float64{0, 0}},
		{"passes", 2, 3, []string{"retried f0 after try 1: EIO", "retried f0 after try 2: EIO", "copied f0"}, [2]float64{1.5, 4.5}},
		{"does not pass", 9, 2, []string{"retried f0 after try 1: EIO", "retried f0 after try 2: EIO", "failed f0: EIO"}, [2]float64{1.5, 4.5}},
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
					copied(emit, c.names...)
					ends(emit, false)
				}}
				j := newBatches(3)
				said := history(j, e, schedule.Options{Slots: 1, Retries: row.retries})
				said = slices.DeleteFunc(said, func(s string) bool { return !strings.Contains(s, " f0") || strings.HasPrefix(s, "started") })
				if !slices.Equal(said, row.want) {
					t.Errorf("events %q, want %q", said, row.want)
				}
				if took := time.Since(start).Seconds(); took < row.seconds[0] || took > row.seconds[1] {
					t.Errorf("took %v s, want %v", took, row.seconds)
				}
				if others != 0 {
					t.Errorf("the others had to wait for %v", others)
				}
				if len(j.done) != 3 {
					t.Errorf("done %q", j.done)
				}
			})
		})
	}
}

// What won't pass is not tried again.
func TestNotTransient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &engine{tell: func(c *child, emit event.Sink) {
			emit(event.Event{Kind: event.Failed, File: c.name, Error: "ENOSPC"})
			ends(emit, false)
		}}
		said := history(newBatches(1), e, schedule.Options{Slots: 1, Retries: 3})
		if want := []string{"started f0", "failed f0: ENOSPC"}; !slices.Equal(said, want) {
			t.Errorf("events %q, want %q", said, want)
		}
	})
}

// What is made in a folder after it got its time changes that; so the folder is done again, and told once.
func TestRetryRedoesFolders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var given [][]string
		e := &engine{tell: func(c *child, emit event.Sink) {
			given = append(given, c.names)
			for _, name := range c.names {
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
		j := oneBatch(plan.Batch{Folders: true, Items: []string{"a/b/link", "ab", "a/b", "a/c", "a", "."}})
		said := history(j, e, schedule.Options{Slots: 1, Retries: 1})
		if want := []string{"a/b/link", "a/b", "a", "."}; len(given) != 2 || !slices.Equal(given[1], want) {
			t.Errorf("given %q, want at last %q", given, want)
		}
		want := []string{"started a/b/link", "made ab", "made a/b", "made a/c", "made a", "made .", "retried a/b/link after try 1: ESTALE",
			"started a/b/link", "linked a/b/link"}
		if !slices.Equal(said, want) {
			t.Errorf("events %q, want %q", said, want)
		}
	})
}

// A run that is stopped waits for no retry: the file has failed, for the reason that it has.
func TestStopWhileARetryWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stops := make(chan schedule.Stop)
		e := &engine{tell: func(c *child, emit event.Sink) { ends(emit, true, c.names...) }}
		go func() {
			synctest.Wait()
			stops <- schedule.Drain
		}()
		j := oneBatch(plan.Batch{Items: names(1)})
		said := history(j, e, schedule.Options{Slots: 1, Retries: 9, Stop: stops})
		if want := []string{"started f0", "retried f0 after try 1: ended", "failed f0: ended"}; !slices.Equal(said, want) {
			t.Errorf("events %q, want %q", said, want)
		}
		if len(j.done) != 1 || time.Since(start) != 0 {
			t.Errorf("done %q, after %v", j.done, time.Since(start))
		}
	})
}

// Where everything fails, no more than some parts wait for their next try.
func TestRetriesAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		waiting, most := 0, 0
		e := &engine{tell: func(c *child, emit event.Sink) { ends(emit, true, c.names...) }}
		j := newBatches(3000)
		stream := event.NewStream(func(e event.Event) {
			switch e.Kind {
			case event.Retried:
				waiting++
				most = max(most, waiting)
			case event.Failed:
				waiting--
			}
		})
		schedule.Run(j, e, schedule.Options{Slots: 2, Retries: 1, Cancel: func() {}}, stream.Emit)
		if most < 900 || most > 1100 || waiting != 0 || len(j.done) != 3000 {
			t.Errorf("%d waited at the most, %d at the end; %d batches done", most, waiting, len(j.done))
		}
	})
}
