//go:build unix

package plan_test

import (
	"fmt"
	"os"
	"reflect"
	"slices"
	"testing"

	"brood/internal/event"
	"brood/internal/plan"
)

// severalRoots makes three roots that have two, one and two sources.
func severalRoots(t *testing.T) plan.Tree {
	t.Helper()
	t.Chdir(t.TempDir())
	makeTree(t, ".", "r/a", "r/not", "r/d/b", "r/d/e/c", "r/l -> a", "s/f", "s/not/g", "t/h", "t/i/j", "t/i/k")
	must(t, os.Link("r/a", "r/d/a2"))
	must(t, os.Link("r/a", "t/i/a3"))
	tree, err := plan.Check([]string{"r/a", "s/f", "r/d", "t/i/", "r/l", "t/h"}, "new", 0)
	must(t, err)
	t.Cleanup(tree.Folders.Close)
	return tree
}

// ofRoots returns the items of the batches with their roots, sorted.
func ofRoots(batches []plan.Batch) (all []string) {
	for _, b := range batches {
		for _, item := range b.Items {
			all = append(all, fmt.Sprint(b.Root, " ", item))
		}
	}
	slices.Sort(all)
	return all
}

// The items of a batch are all in one root, for each way to make batches. Hard links lead to a name in the same root.
func TestBatchesOfRoots(t *testing.T) {
	tree := severalRoots(t)
	if tree.Root(0).Path != "r" || tree.Root(1).Path != "s" || tree.Root(2).Path != "t" ||
		!slices.Equal(tree.Root(2).Names, []string{"i", "h"}) {
		t.Errorf("roots: %+v", tree)
	}
	want := []string{"0 a", "0 d", "0 d/a2", "0 d/b", "0 d/e", "0 d/e/c", "0 l", "1 f",
		"2 h", "2 i", "2 i/a3", "2 i/j", "2 i/k"}
	for name, opts := range map[string]plan.Options{
		"one":       {},
		"several":   {PerChild: 9},
		"two":       {PerChild: 2},
		"guided":    {Guided: true, Slots: 2},
		"for tasks": {ForTasks: plan.BatchSize{Files: 9, Bytes: 1 << 30}},
	} {
		t.Run(name, func(t *testing.T) {
			opts.Archive = true
			batches, seen := runAll(t, tree, opts)
			if got := ofRoots(batches); !slices.Equal(got, want) || len(seen.all) > 0 {
				t.Errorf("got %q, want %q; events %v", got, want, seen.all)
			}
			var first [][]string
			for _, b := range batches {
				if len(b.Firsts) > 0 {
					first = append(first, b.Firsts, b.Items)
				}
			}
			if !reflect.DeepEqual(first, [][]string{{"a"}, {"d/a2"}}) {
				t.Errorf("hard links: %q", first)
			}
		})
	}
	work, _, err := plan.Measure(t.Context(), tree, plan.Options{}, plan.Question{Work: true})
	must(t, err)
	if work.Files != 10 || work.Needs.Inodes != 13 {
		t.Errorf("measured %+v", work)
	}
}

// A list keeps the root of each batch.
func TestListOfRoots(t *testing.T) {
	batches, _ := runAll(t, severalRoots(t), plan.Options{Archive: true,
		ForTasks: plan.BatchSize{Files: 9, Bytes: 1 << 30}})
	var got []plan.Batch
	for _, b := range batches {
		if !b.Folders {
			again, _, _ := listed(t, []plan.Batch{b}, false, plan.Options{PerChild: 2})
			got = append(got, again...)
		}
	}
	lane, _, _ := listed(t, batches, true, plan.Options{})
	if got, want := ofRoots(append(got, lane...)), ofRoots(batches); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Many roots with few files each are all copied, and none waits for ever.
func TestManyRoots(t *testing.T) {
	t.Chdir(t.TempDir())
	var sources []string
	for n := range 300 {
		name := fmt.Sprintf("%d/f%d", n, n)
		makeTree(t, ".", name)
		sources = append(sources, name)
	}
	tree, err := plan.Check(sources, "new", 0)
	must(t, err)
	defer tree.Folders.Close()
	for _, opts := range []plan.Options{{}, {PerChild: 5}, {Guided: true, Slots: 3}} {
		batches, _ := runAll(t, tree, opts)
		if len(batches) != len(sources) {
			t.Errorf("%+v: %d batches", opts, len(batches))
		}
	}
}

// Only the names of the sources are compared, and of their folders all names.
func TestCompareRoots(t *testing.T) {
	tree := severalRoots(t)
	must(t, os.MkdirAll("new/d", 0o755))
	copied(t, "r", "new", "a", "d/b")
	copied(t, "s", "new", "f")
	must(t, os.Mkdir("new/i", 0o755))
	copied(t, "t", "new", "i/j")
	makeTree(t, ".", "new/d/extra", "new/not", "new/h/")
	_, seen := compareAll(t, plan.Tree{Source: "r", Names: tree.Names, More: tree.More, Dest: "new"}, plan.Options{})
	want := []string{"d/a2: missing", "d/e: missing", "d/extra: extra", "h: other kind",
		"i/a3: missing", "i/k: missing", "l: missing"}
	if got := seen.of(event.Differs); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
