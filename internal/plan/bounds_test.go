package plan_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"brood/internal/event"
	"brood/internal/filecopy"
	"brood/internal/plan"
	"brood/internal/testenv"
)

// leftover returns a name that the walk skips with an event, which shows how far the walk is.
func leftover(t *testing.T, of string) string {
	t.Helper()
	name := "." + of + ".01234567.brood"
	if !filecopy.IsTemporary(name) {
		t.Fatalf("%q is not a temporary name", name)
	}
	return name
}

// If nobody takes batches, the walk soon waits.
func TestBackPressure(t *testing.T) {
	testenv.Long(t)
	const names = 2500
	files, folders := t.TempDir(), t.TempDir()
	for n := range names {
		number := fmt.Sprintf("%05d", n)
		makeTree(t, files, "."+number+".z", leftover(t, number))
		makeTree(t, folders, number+"/"+leftover(t, "f"))
	}
	for name, row := range map[string]struct {
		source string
		guided bool // for one slot
		take   int  // batches that are taken but not done
		most   int  // names that the walk may have seen by then
	}{
		"files":                   {files, false, 0, 300},
		"files, some under way":   {files, false, 100, 400},
		"files, guided":           {files, true, 0, 2400},
		"folders":                 {folders, false, 0, 1500},
		"folders, some under way": {folders, false, 1, 1800},
		"folders, guided":         {folders, true, 1, 1800},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var seen atomic.Int64
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				p, err := plan.Start(ctx, plan.Tree{Source: row.source, Dest: row.source + "/none"},
					plan.Options{PerChild: 1, Guided: row.guided, Slots: 1},
					func(event.Event) { seen.Add(1) })
				must(t, err)
				for range row.take {
					if _, ok, _ := tryTake(p); !ok {
						t.Fatal("there is no batch")
					}
				}
				synctest.Wait()
				if got := seen.Load(); got == 0 || got > int64(row.most) {
					t.Errorf("the walk has seen %d of %d names, want 1 to %d", got, names, row.most)
				}
				cancel()
				p.Wait()
			})
		})
	}
}

// Folders come when their files are done, not only after all files.
func TestLaneInTime(t *testing.T) {
	const folders = 1000
	dir := t.TempDir()
	for n := range folders {
		makeTree(t, dir, fmt.Sprintf("%04d/f", n))
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		p, err := plan.Start(ctx, plan.Tree{Source: dir, Dest: dir + "/none"}, plan.Options{Guided: true, Slots: 1},
			noEvents(t))
		must(t, err)
		waiting := folders // files
		for {
			batch, ok, _ := tryTake(p)
			if !ok {
				t.Fatal("there is no batch, and none is running")
			}
			if batch.Folders {
				break
			}
			waiting -= len(batch.Items)
			p.Done(batch)
		}
		if waiting == 0 {
			t.Error("no folder came before the last file")
		}
		cancel()
		p.Wait()
	})
}

// A plan with one large folder ends when it is cancelled, even if nobody takes a batch.
func TestFlat(t *testing.T) {
	testenv.Long(t)
	dir := t.TempDir()
	for n := range 5000 {
		makeTree(t, dir, fmt.Sprint(n))
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		p, err := plan.Start(ctx, plan.Tree{Source: dir, Dest: dir + "/none"}, plan.Options{PerChild: 1}, noEvents(t))
		must(t, err)
		synctest.Wait()
		cancel()
		p.Wait()
		// The bubble ends only when each goroutine in it has ended.
	})
}

func TestCancel(t *testing.T) {
	dir := t.TempDir()
	for n := range 600 {
		makeTree(t, dir, fmt.Sprintf("%03d/f", n))
	}
	for name, taken := range map[string]int{"at once": 0, "after one batch": 1, "in the middle": 300} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				p, err := plan.Start(ctx, plan.Tree{Source: dir, Dest: dir + "/none"}, plan.Options{PerChild: 1},
					noEvents(t))
				must(t, err)
				var running []plan.Batch
				for range taken {
					batch, ok, _ := tryTake(p)
					if !ok {
						t.Fatal("there is no batch")
					}
					running = append(running, batch)
				}
				cancel()
				p.Wait()
				if batch, ok := <-p.Batches(); ok {
					t.Errorf("a batch after the end: %q", batch.Items)
				}
				for _, batch := range running {
					p.Done(batch) // returns, although the plan has ended
				}
			})
		})
	}
}

// No event comes after Wait has returned.
func TestWait(t *testing.T) {
	dir := t.TempDir()
	makeTree(t, dir, leftover(t, "a"), "b")
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		emitting, goOn := make(chan struct{}), make(chan struct{})
		p, err := plan.Start(ctx, plan.Tree{Source: dir, Dest: dir + "/none"}, plan.Options{PerChild: 1},
			func(event.Event) {
				close(emitting)
				<-goOn
			})
		must(t, err)
		<-emitting
		cancel()
		var waited atomic.Bool
		go func() {
			p.Wait()
			waited.Store(true)
		}()
		synctest.Wait()
		if waited.Load() {
			t.Error("Wait returned while an event was being emitted")
		}
		close(goOn)
		synctest.Wait()
		if !waited.Load() {
			t.Error("Wait did not return when everything had ended")
		}
	})
}
