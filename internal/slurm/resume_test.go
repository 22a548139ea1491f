package slurm

import (
	"errors"
	"fmt"
	"os"
	"testing"
)

// left is a folder as a submitter has left it: three lists of files and one of folders, of which an array of two
// was submitted.
func left(t *testing.T) *Folder {
	t.Helper()
	f := newFolder(t, Request{Root: Exact(t.TempDir())})
	for n := range 3 {
		list(t, f, n, fmt.Sprint("a", n), fmt.Sprint("b", n))
	}
	listLast(t, f, 3, ".", "sub")
	must(t, f.writeJSON("plan.json", Planned{Chunks: 4, Files: 6, Bytes: 6, Last: true, Whole: true}))
	must(t, f.writeJSON("seen.json", []Seen{}))
	must(t, os.WriteFile(f.in("plan.jsonl"), []byte(`{"time":"2026-01-02T03:04:05Z","kind":"measured","files":6,"size":6}`+"\n"), 0o644))
	must(t, f.addArray(array{ID: "7", Tasks: []int{0, 1}, Files: 4, Bytes: 4}))
	return f
}

// TestHalfLineIsNoMore: an array that is added behind half a line is one that the next who follows can read.
func TestHalfLineIsNoMore(t *testing.T) {
	f := left(t)
	for n := range 3 {
		file, err := os.OpenFile(f.in("arrays.jsonl"), os.O_APPEND|os.O_WRONLY, 0)
		must(t, err)
		_, err = file.WriteString(`{"ID":"8","Fi`)
		must(t, errors.Join(err, file.Close()))
		if all, err := f.arrays(); err != nil || len(all) != n+1 {
			t.Fatalf("%d arrays, %v; want %d", len(all), err, n+1)
		}
		must(t, f.addArray(array{ID: "9", First: 2, Tasks: []int{0}}))
	}
}
