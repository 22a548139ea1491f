package plan_test

import (
	"fmt"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"brood/internal/event"
	"brood/internal/plan"
)

// BenchmarkPlan plans the copy of 10,000 files that the kernel has in memory. Each batch is
// done at once. The destination has none of the files, or all of them.
func BenchmarkPlan(b *testing.B) {
	const folders, each = 100, 100
	dir, same := b.TempDir(), b.TempDir()
	makeFolders(b, dir, folders, each)
	makeFolders(b, same, folders, each)
	for _, row := range []struct {
		name, dest      string
		copied, skipped int
	}{
		{"nothing there", dir + "/none", folders * each, 0},
		{"all there", same, 0, folders * each},
	} {
		b.Run(row.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				copied, skipped := planAll(b, plan.Tree{Source: dir, Dest: row.dest})
				if copied != row.copied || skipped != row.skipped {
					b.Fatalf("%d files to be copied and %d skipped, want %d and %d", copied, skipped, row.copied,
						row.skipped)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*folders*each), "ns/file")
		})
	}
}

var longAgo = time.Date(2001, 9, 9, 1, 46, 40, 0, time.UTC)

// makeFolders makes folders with this number of files. The files of a folder are hard links,
// which are files of their own to a copy without Archive. Ten thousand inodes would be slow:
// once they are removed, ext4 without a journal is slow to make new ones for minutes.
func makeFolders(b *testing.B, dir string, folders, each int) {
	for d := range folders {
		folder := fmt.Sprintf("folder-%02d/", d)
		makeTree(b, dir, folder+"file-00")
		must(b, os.Chtimes(dir+"/"+folder+"file-00", longAgo, longAgo))
		for f := range each - 1 {
			must(b, os.Link(dir+"/"+folder+"file-00", fmt.Sprintf("%s/%sfile-%02d", dir, folder, f+1)))
		}
	}
}

// planAll plans a copy with one child for each file. It counts the files in batches and the skipped ones.
func planAll(b *testing.B, tree plan.Tree) (copied, skipped int) {
	var events atomic.Int64
	p, err := plan.Start(b.Context(), tree, plan.Options{PerChild: 1}, func(e event.Event) {
		if e.Kind == event.Skipped {
			events.Add(1)
		}
	})
	must(b, err)
	for batch := range p.Batches() {
		if !batch.Folders {
			copied += len(batch.Items)
		}
		p.Done(batch)
	}
	p.Wait()
	return copied, int(events.Load())
}
