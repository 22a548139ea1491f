package plan_test

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"go.uber.org/goleak"

	"brood/internal/event"
	"brood/internal/plan"
	"brood/internal/testenv"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(testenv.New(m)) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// makeTree makes folders (names that end in a slash), links (NAME -> TARGET) and files in dir,
// and the folders above each of them. A file contains its own name.
func makeTree(t testing.TB, dir string, names ...string) {
	t.Helper()
	for _, name := range names {
		path, target, isLink := strings.Cut(dir+"/"+name, " -> ")
		if name[len(name)-1] == '/' {
			must(t, os.MkdirAll(path, 0o755))
			continue
		}
		must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		if isLink {
			must(t, os.Symlink(target, path))
			continue
		}
		must(t, os.WriteFile(path, []byte(name), 0o644))
	}
}

// events collects what a plan emits.
type events struct {
	mu  sync.Mutex
	all []event.Event
}

func (e *events) emit(ev event.Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.all = append(e.all, ev)
}

// of returns "FILE: REASON" of the events of one kind, in alphabetical order.
func (e *events) of(kind event.Kind) []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	var files []string
	for _, ev := range e.all {
		if ev.Kind == kind {
			files = append(files, ev.File+": "+ev.Reason+ev.Error)
		}
	}
	slices.Sort(files)
	return files
}

// tryTake takes a batch if one is ready. It must be called in a synctest bubble, where it first
// waits until the plan can do no more without the test.
func tryTake(p *plan.Plan) (batch plan.Batch, ok, closed bool) {
	synctest.Wait()
	select {
	case batch, open := <-p.Batches():
		return batch, open, !open
	default:
		return plan.Batch{}, false, false
	}
}

// runAll runs a plan to its end: it takes each batch when the one before it is done.
func runAll(t *testing.T, tree plan.Tree, opts plan.Options) ([]plan.Batch, *events) {
	t.Helper()
	opts.PerChild = max(opts.PerChild, 1)
	var seen events
	p, err := plan.Start(context.Background(), tree, opts, seen.emit)
	must(t, err)
	var batches []plan.Batch
	for batch := range p.Batches() {
		batches = append(batches, batch)
		p.Done(batch)
	}
	p.Wait()
	return batches, &seen
}

// filesAndRest returns the items of the batches in alphabetical order: files, and all others.
func filesAndRest(batches []plan.Batch) (files, rest []string) {
	for _, batch := range batches {
		if batch.Folders {
			rest = append(rest, batch.Items...)
		} else {
			files = append(files, batch.Items...)
		}
	}
	slices.Sort(files)
	slices.Sort(rest)
	return files, rest
}

func sortedKeys(m map[string]bool) []string { return slices.Sorted(maps.Keys(m)) }

// noEvents returns a sink for a plan that must emit nothing.
func noEvents(t *testing.T) event.Sink {
	return func(e event.Event) { t.Errorf("unexpected event: %+v", e) }
}
