package plan_test

import (
	"context"
	"os"
	"slices"
	"testing"
	"time"

	"brood/internal/event"
	"brood/internal/faultfs"
	"brood/internal/faultfs/faultfstest"
	"brood/internal/plan"
)

// A destination that ignores case holds only one of two files that differ by case. The other
// file is not done, even if size and time are the same.
func TestOtherSpellingIsNotDone(t *testing.T) {
	src := t.TempDir()
	dst := faultfstest.Mount(t, faultfs.Options{Fold: true}).Mounted
	makeTree(t, src, "a.mov", "A.MOV", "D/f", "d/f")
	makeTree(t, dst, "a.mov", "D/f")
	long := time.Date(2001, 2, 3, 4, 5, 6, 7, time.UTC)
	for _, name := range []string{src + "/a.mov", src + "/A.MOV", src + "/D/f", src + "/d/f", dst + "/a.mov",
		dst + "/D/f"} {
		must(t, os.Chtimes(name, long, long))
	}
	batches, seen := runAll(t, plan.Tree{Source: src, Dest: dst}, plan.Options{})
	files, _ := filesAndRest(batches)
	if !slices.Equal(files, []string{"A.MOV", "d/f"}) {
		t.Errorf("files %q; want the names with another spelling at the destination", files)
	}
	skipped := []string{"D/f: same size and time", "a.mov: same size and time"}
	if got, want := seen.of(event.Skipped), skipped; !slices.Equal(got, want) {
		t.Errorf("skipped %q; want %q", got, want)
	}

	var compared events
	p, err := plan.StartCompare(context.Background(), plan.Tree{Source: src, Dest: dst}, plan.Options{PerChild: 1},
		compared.emit)
	must(t, err)
	for batch := range p.Batches() {
		p.Done(batch)
	}
	p.Wait()
	if got, want := compared.of(event.Differs), []string{"A.MOV: missing", "d: missing"}; !slices.Equal(got, want) {
		t.Errorf("differs %q; want %q", got, want)
	}
}

// With Archive a copy with another mode than its source is not done.
func TestArchiveGoesByTheMode(t *testing.T) {
	src, dst := t.TempDir(), t.TempDir()
	makeTree(t, src, "f", "g")
	makeTree(t, dst, "f", "g")
	long := time.Date(2001, 2, 3, 4, 5, 6, 7, time.UTC)
	for _, name := range []string{src + "/f", src + "/g", dst + "/f", dst + "/g"} {
		must(t, os.Chtimes(name, long, long))
	}
	must(t, os.Chmod(dst+"/g", 0o600))
	for archive, want := range map[bool][]string{false: nil, true: {"g"}} {
		batches, _ := runAll(t, plan.Tree{Source: src, Dest: dst}, plan.Options{Archive: archive})
		if files, _ := filesAndRest(batches); !slices.Equal(files, want) {
			t.Errorf("archive %v: files %q; want %q", archive, files, want)
		}
	}
}
