package plan_test

import (
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"brood/internal/event"
	"brood/internal/filecopy"
	"brood/internal/plan"
)

func TestPerChild(t *testing.T) {
	dir := t.TempDir()
	makeTree(t, dir, "1", "2", "3/33", "4", "5")
	for perChild, want := range map[int]string{
		1: `["1"] ["2"] ["3/33"] ["4"] ["5"]`,
		2: `["1" "2"] ["3/33" "4"] ["5"]`,
		4: `["1" "2" "3/33" "4"] ["5"]`,
		5: `["1" "2" "3/33" "4" "5"]`,
		9: `["1" "2" "3/33" "4" "5"]`,
	} {
		t.Run(fmt.Sprint(perChild), func(t *testing.T) {
			batches, _ := runAll(t, plan.Tree{Source: dir, Dest: dir + "/none"}, plan.Options{PerChild: perChild})
			var got []string
			for _, batch := range batches {
				if batch.Folders {
					continue
				}
				got = append(got, fmt.Sprintf("%q", batch.Items))
				if size := int64(len(strings.Join(batch.Items, ""))); batch.Bytes != size {
					t.Errorf("batch %q has %d bytes, want %d", batch.Items, batch.Bytes, size)
				}
			}
			if strings.Join(got, " ") != want {
				t.Errorf("batches %v; want %s", got, want)
			}
		})
	}
}

func TestArgRoom(t *testing.T) {
	dir := t.TempDir()
	long := strings.Repeat("x", 200)
	for n := range 100 {
		makeTree(t, dir, fmt.Sprintf("f%02d%s", n, long), fmt.Sprintf("d%02d%s/", n, long))
	}
	for name, row := range map[string]struct {
		room, filesMost, foldersMost int // most names in a batch
	}{
		"no bound":    {0, 100, 101},
		"plenty":      {1 << 20, 100, 101},
		"a little":    {6000, 9, 28},
		"for one":     {300, 1, 2}, // the topmost folder has a short name
		"for nothing": {1, 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			batches, _ := runAll(t, plan.Tree{Source: dir, Dest: dir + "/none"},
				plan.Options{PerChild: 1000, ArgRoom: row.room})
			files, rest := filesAndRest(batches)
			if len(files) != 100 || len(rest) != 101 {
				t.Errorf("%d files and %d folders, want 100 and 101", len(files), len(rest))
			}
			mostFiles, mostFolders := 0, 0
			for _, batch := range batches {
				size := 0
				for _, name := range batch.Items {
					size += len(name) + 9
				}
				if row.room > 0 && len(batch.Items) > 1 && size > row.room {
					t.Errorf("a batch of %d names takes %d bytes, more than %d", len(batch.Items), size, row.room)
				}
				if batch.Folders {
					mostFolders = max(mostFolders, len(batch.Items))
				} else {
					mostFiles = max(mostFiles, len(batch.Items))
				}
			}
			if mostFiles != row.filesMost || mostFolders != row.foldersMost {
				t.Errorf("batches have up to %d files and %d folders; want %d and %d", mostFiles, mostFolders,
					row.filesMost, row.foldersMost)
			}
		})
	}
}

func TestOneFile(t *testing.T) {
	dir := t.TempDir()
	makeTree(t, dir, "src/f", "src/g", "src/sub/h", "dst/")
	for name, dest := range map[string]string{"into nothing yet": dir + "/none", "into a folder": dir + "/dst"} {
		t.Run(name, func(t *testing.T) {
			batches, _ := runAll(t, plan.Tree{Source: dir + "/src", Dest: dest, Names: []string{"f"}}, plan.Options{})
			files, rest := filesAndRest(batches)
			if !slices.Equal(files, []string{"f"}) || len(rest) > 0 {
				t.Errorf("files %q and %q; want f, and no folder", files, rest)
			}
		})
	}
	t.Run("that has gone", func(t *testing.T) {
		batches, seen := runAll(t, plan.Tree{Source: dir + "/src", Dest: dir + "/dst", Names: []string{"gone"}}, plan.Options{})
		want := []string{"gone: stat: no such file or directory"}
		if got := seen.of(event.Failed); len(batches) > 0 || !slices.Equal(got, want) {
			t.Errorf("batches %v, failed %q; want none, and %q", batches, got, want)
		}
	})
}

func TestOverwrite(t *testing.T) {
	src, dst := t.TempDir(), t.TempDir()
	makeTree(t, src, "same", "newer", "longer", "missing", "blocked", "in/new", "in/same")
	makeTree(t, dst, "same", "newer", "longer", "blocked/", "in/same", "extra")
	long := time.Date(2001, 2, 3, 4, 5, 6, 7, time.UTC)
	for _, name := range []string{"same", "newer", "longer", "in/same"} {
		must(t, os.Chtimes(src+"/"+name, long, long))
		must(t, os.Chtimes(dst+"/"+name, long, long))
	}
	must(t, os.Chtimes(src+"/newer", long, long.Add(1)))
	must(t, os.WriteFile(dst+"/longer", []byte("longer still"), 0o644))
	must(t, os.Chtimes(dst+"/longer", long, long))
	for overwrite, want := range map[filecopy.Overwrite][2][]string{
		"": {{"blocked", "in/new", "longer", "missing", "newer"},
			{"in/same: same size and time", "same: same size and time"}},
		filecopy.Changed: {{"blocked", "in/new", "longer", "missing", "newer"},
			{"in/same: same size and time", "same: same size and time"}},
		filecopy.Always: {{"blocked", "in/new", "in/same", "longer", "missing", "newer", "same"}, nil},
		filecopy.Never: {{"in/new", "missing"},
			{"blocked: exists", "in/same: exists", "longer: exists", "newer: exists", "same: exists"}},
	} {
		t.Run(string(overwrite), func(t *testing.T) {
			batches, seen := runAll(t, plan.Tree{Source: src, Dest: dst}, plan.Options{Overwrite: overwrite})
			files, rest := filesAndRest(batches)
			if got := [2][]string{files, seen.of(event.Skipped)}; !reflect.DeepEqual(got, want) {
				t.Errorf("files and skipped %q; want %q", got, want)
			}
			if !slices.Equal(rest, []string{".", "in"}) {
				t.Errorf("folders %q; want . and in", rest)
			}
		})
	}
}

// With Recheck a file that seems to be done gets a child; with Never no existing file does.
func TestRecheck(t *testing.T) {
	src, dst := t.TempDir(), t.TempDir()
	makeTree(t, src, "done", "longer", "missing")
	makeTree(t, dst, "done", "longer")
	at := time.Date(2001, 2, 3, 4, 5, 6, 7, time.UTC)
	must(t, os.Chtimes(src+"/done", at, at))
	must(t, os.Chtimes(dst+"/done", at, at))
	must(t, os.WriteFile(dst+"/longer", []byte("longer still"), 0o644))
	for overwrite, want := range map[filecopy.Overwrite][2][]string{
		filecopy.Changed: {{"done", "longer", "missing"}, nil},
		filecopy.Always:  {{"done", "longer", "missing"}, nil},
		filecopy.Never:   {{"missing"}, {"done: exists", "longer: exists"}},
	} {
		t.Run(string(overwrite), func(t *testing.T) {
			batches, seen := runAll(t, plan.Tree{Source: src, Dest: dst},
				plan.Options{Overwrite: overwrite, Recheck: true})
			files, _ := filesAndRest(batches)
			if got := [2][]string{files, seen.of(event.Skipped)}; !reflect.DeepEqual(got, want) {
				t.Errorf("files and skipped %q; want %q", got, want)
			}
		})
	}
}
