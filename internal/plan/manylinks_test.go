//go:build unix

package plan_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"brood/internal/event"
	"brood/internal/plan"
)

// Each of 10,000 names of one file comes once, and not all of them wait in memory for the first.
func TestManyNames(t *testing.T) {
	const number = 10_000
	dir := t.TempDir()
	makeTree(t, dir, "a", leftover(t, "f"))
	for n := range number {
		name := fmt.Sprintf("n%02d/%05d", n/500, n)
		if n%500 == 0 {
			makeTree(t, dir, fmt.Sprintf("n%02d/", n/500))
			hardLink(t, dir, leftover(t, "f"), fmt.Sprintf("n%02d/%s", n/500, leftover(t, "f")))
		}
		hardLink(t, dir, "a", name)
	}
	tree := plan.Tree{Source: dir, Dest: dir + "/none"}
	for _, opts := range []plan.Options{{PerChild: 1, Archive: true}, {PerChild: 50, Archive: true},
		{Guided: true, Slots: 2, Archive: true}} {
		batches, _ := runAll(t, tree, opts)
		links, others := linked(batches)
		links = slices.Compact(links)
		if files, rest := filesAndRest(others); len(links) != number || len(files) != 1 || len(rest) != 21 {
			t.Errorf("%d links, %d files, %d folders; want %d, 1 and 21", len(links), len(files), len(rest), number)
		}
	}
	for _, opts := range []plan.Options{{PerChild: 50, Archive: true}, {Guided: true, Slots: 2, Archive: true}} {
		synctest.Test(t, func(t *testing.T) { testPressed(t, tree, opts) })
	}
}

// testPressed: if very many names wait for a, then a is copied next, and the walk waits.
func testPressed(t *testing.T, tree plan.Tree, opts plan.Options) {
	var seen atomic.Int64
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	p, err := plan.Start(ctx, tree, opts, func(event.Event) { seen.Add(1) })
	must(t, err)
	if batch, ok, _ := tryTake(p); !ok || !slices.Equal(batch.Items, []string{"a"}) {
		t.Errorf("batch %q; want only a, although the batch is not full", batch.Items)
	}
	synctest.Wait()
	if got := seen.Load(); got == 0 || got > 5 { // one for each 500 names
		t.Errorf("the walk has seen %d of 21 leftovers, want 1 to 5", got)
	}
	cancel()
	p.Wait()
}

// The first name that many wait for may be a link, which is in the lane itself.
func TestManyNamesOfALink(t *testing.T) {
	const number = 3000
	dir := t.TempDir()
	makeTree(t, dir, "l -> anything")
	for n := range number {
		hardLink(t, dir, "l", fmt.Sprintf("n%04d", n))
	}
	batches, _ := runAll(t, plan.Tree{Source: dir, Dest: dir + "/none"}, plan.Options{Archive: true})
	links, others := linked(batches)
	links = slices.Compact(links)
	if _, rest := filesAndRest(others); len(links) != number || !slices.Equal(rest, []string{".", "l"}) {
		t.Errorf("%d links, and %q; want %d, and . and l", len(links), rest, number)
	}
}

// A hard link takes room for both of its names.
func TestLinksArgRoom(t *testing.T) {
	const room = 1000
	dir := t.TempDir()
	first := strings.Repeat("a", 100)
	makeTree(t, dir, first)
	for n := range 50 {
		hardLink(t, dir, first, fmt.Sprintf("n%02d", n))
	}
	batches, _ := runAll(t, plan.Tree{Source: dir, Dest: dir + "/none"}, plan.Options{Archive: true, ArgRoom: room})
	number, most := 0, 0
	for _, batch := range batches {
		number += len(batch.Firsts)
		most = max(most, len(batch.Firsts))
	}
	if number != 50 || most != room/(100+9+3+9) {
		t.Errorf("%d links, at most %d in a batch; want 50 and %d", number, most, room/(100+9+3+9))
	}
}
