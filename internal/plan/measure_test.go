//go:build unix

package plan_test

import (
	"os"
	"testing"
	"time"

	"brood/internal/filecopy"
	"brood/internal/plan"
)

// Measure counts the files and bytes that are then in the batches.
func TestMeasure(t *testing.T) {
	src := t.TempDir()
	makeTree(t, src, "in/", "in/a.txt", "in/l -> anything", "b.txt", "c.mov", "empty/", leftover(t, "f"))
	fill(t, src+"/in/a.txt", 10)
	fill(t, src+"/b.txt", 100)
	fill(t, src+"/c.mov", 1000)
	hardLink(t, src, "c.mov", "d.mov")
	for name, row := range map[string]struct {
		opts plan.Options
		want plan.Work
	}{
		"all":          {plan.Options{}, plan.Work{Files: 5, Bytes: 2110}},
		"include":      {plan.Options{Include: []string{"*.txt"}}, plan.Work{Files: 2, Bytes: 110}},
		"an archive":   {plan.Options{Archive: true}, plan.Work{Files: 5, Bytes: 1110}},
		"some done":    {plan.Options{Exclude: []string{"d.mov"}}, plan.Work{Files: 3, Bytes: 110}},
		"to be proved": {plan.Options{Recheck: true, Exclude: []string{"d.mov"}}, plan.Work{Files: 4, Bytes: 1110}},
		"always": {plan.Options{Overwrite: filecopy.Always, Exclude: []string{"d.mov"}},
			plan.Work{Files: 4, Bytes: 1110}},
	} {
		t.Run(name, func(t *testing.T) {
			dst := t.TempDir() + "/dst"
			if len(row.opts.Exclude) > 0 {
				must(t, os.Mkdir(dst, 0o755))
				copied(t, src, dst, "c.mov")
			}
			tree := plan.Tree{Source: src, Dest: dst}
			got, known, err := plan.Measure(t.Context(), tree, row.opts, plan.Question{Work: true})
			must(t, err)
			got.Needs = plan.Room{}
			if got != row.want || !known {
				t.Errorf("%+v, want %+v", got, row.want)
			}
			batches, _ := runAll(t, tree, row.opts)
			names := 0
			for _, batch := range batches {
				for _, name := range batch.Items {
					if info, err := os.Lstat(src + "/" + name); err == nil && !info.IsDir() {
						names++
					}
				}
			}
			if names != got.Files {
				t.Errorf("%d names in batches, want %d", names, got.Files)
			}
		})
	}
}

// For a comparison only files on both sides are work.
func TestMeasureComparison(t *testing.T) {
	src, dst := t.TempDir(), t.TempDir()
	makeTree(t, src, "same", "in/same", "missing", "size", "l -> same")
	makeTree(t, dst, "same", "in/same", "extra/a", "size", "l -> same")
	for _, name := range []string{src + "/same", dst + "/same", src + "/in/same", dst + "/in/same", src + "/size",
		src + "/missing"} {
		fill(t, name, 10)
	}
	fill(t, dst+"/size", 11)
	tree := plan.Tree{Source: src, Dest: dst}
	got, _, err := plan.Measure(t.Context(), tree, plan.Options{}, plan.Question{Work: true, Compare: true})
	must(t, err)
	if want := (plan.Work{Files: 2, Bytes: 20}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if batches, _ := compareAll(t, tree, plan.Options{}); len(batches) != got.Files {
		t.Errorf("%d batches, want %d", len(batches), got.Files)
	}
	tree.Dest = dst + "/none"
	q := plan.Question{Work: true, Compare: true}
	if _, _, err := plan.Measure(t.Context(), tree, plan.Options{}, q); err == nil {
		t.Error("Measure returned no error without a destination")
	}
}

// A question about nothing needs no walk.
func TestMeasureNothing(t *testing.T) {
	gone := plan.Tree{Source: t.TempDir() + "/gone", Dest: t.TempDir()}
	_, known, err := plan.Measure(t.Context(), gone, plan.Options{Stall: time.Minute}, plan.Question{})
	if known || err != nil {
		t.Errorf("known %v, %v", known, err)
	}
}
