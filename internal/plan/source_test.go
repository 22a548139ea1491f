//go:build unix

package plan_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"brood/internal/event"
	"brood/internal/filecopy"
	"brood/internal/plan"
)

// makeSource makes a source with a name of each kind, and returns its path.
func makeSource(t *testing.T) string {
	src := t.TempDir() + "/src"
	makeTree(t, src, "a.txt", "b.mov", "in/c.txt", "in/deep/d.txt", "empty/", "in/l -> c.txt", leftover(t, "f"))
	hardLink(t, src, "b.mov", "in/b2.mov")
	must(t, syscall.Mkfifo(src+"/pipe", 0o600))
	return src
}

// A tree without a destination is a list of its regular files.
func TestSourceAlone(t *testing.T) {
	src := makeSource(t)
	skipped := []string{leftover(t, "f") + ": leftover of an interrupted copy", "in/l: link", "pipe: named pipe"}
	for name, row := range map[string]struct {
		opts    plan.Options
		want    string
		skipped []string
	}{
		"all":     {plan.Options{}, "a.txt b.mov in/b2.mov in/c.txt in/deep/d.txt", skipped},
		"include": {plan.Options{Include: []string{"*.txt"}}, "a.txt in/c.txt in/deep/d.txt", skipped[:1]},
		"exclude": {plan.Options{Exclude: []string{"in", "pipe"}}, "a.txt b.mov", skipped[:1]},
		"guided":  {plan.Options{Guided: true, Slots: 2}, "a.txt b.mov in/b2.mov in/c.txt in/deep/d.txt", skipped},
		"options of a copy": {
			plan.Options{Archive: true, Strict: true, Recheck: true, Overwrite: filecopy.Never},
			"a.txt b.mov in/b2.mov in/c.txt in/deep/d.txt", skipped,
		},
	} {
		t.Run(name, func(t *testing.T) {
			tree, err := plan.CheckSource(src, 0)
			must(t, err)
			defer tree.Folders.Close()
			batches, seen := runAll(t, tree, row.opts)
			files, rest := filesAndRest(batches)
			if got := strings.Join(files, " "); got != row.want || len(rest) > 0 {
				t.Errorf("files %q and %q, want %q and no folders or links", got, rest, row.want)
			}
			if got := seen.of(event.Skipped); !slices.Equal(got, row.skipped) {
				t.Errorf("skipped %q, want %q", got, row.skipped)
			}
			if len(seen.all) != len(row.skipped) {
				t.Errorf("events %+v, want only Skipped", seen.all)
			}

			q := plan.Question{Work: true, Room: true, Written: true}
			work, known, err := plan.Measure(t.Context(), tree, row.opts, q)
			must(t, err)
			if want := (plan.Work{Files: len(files), Bytes: sizes(batches)}); work != want || !known {
				t.Errorf("measured %+v, known %v, want %+v", work, known, want)
			}
			if inherited := len(tree.Files(0)); inherited != 1 || tree.Folders.Complete() {
				t.Errorf("%d open folders, complete %v; want only the source", inherited, tree.Folders.Complete())
			}
		})
	}
}

func sizes(batches []plan.Batch) (bytes int64) {
	for _, batch := range batches {
		bytes += batch.Bytes
	}
	return bytes
}

// The batches hold PerChild files, in the order of the walk.
func TestSourceAloneBatches(t *testing.T) {
	tree, err := plan.CheckSource(makeSource(t), 0)
	must(t, err)
	defer tree.Folders.Close()
	batches, _ := runAll(t, tree, plan.Options{PerChild: 2})
	var got []string
	for _, batch := range batches {
		got = append(got, strings.Join(batch.Items, " "))
	}
	if want := []string{"a.txt b.mov", "in/b2.mov in/c.txt", "in/deep/d.txt"}; !slices.Equal(got, want) {
		t.Errorf("batches %q, want %q", got, want)
	}
}

// A source may be one file, and the walk also opens the tree by its path.
func TestSourceAloneOneFile(t *testing.T) {
	src := makeSource(t)
	tree, err := plan.CheckSource(src+"/in/c.txt", 0)
	must(t, err)
	tree.Folders.Close()
	tree.Folders = nil
	batches, seen := runAll(t, tree, plan.Options{})
	files, rest := filesAndRest(batches)
	if !slices.Equal(files, []string{"c.txt"}) || len(rest) > 0 || len(seen.all) > 0 {
		t.Errorf("files %q, others %q, events %+v; want only c.txt", files, rest, seen.all)
	}
}

func TestCheckSource(t *testing.T) {
	t.Chdir(t.TempDir())
	makeTree(t, ".", "src/f", "tosrc -> src", "tofile -> src/f", "nowhere -> none")
	for source, want := range map[string]string{
		"src": "", "src/f": "", "tosrc": "",
		"":         "the empty string names no file",
		"none":     `source "none": no such file or directory`,
		"nowhere":  `source "nowhere": no such file or directory`,
		"tofile":   `source "tofile": is a link: name the file itself, "src/f"`,
		os.DevNull: fmt.Sprintf("source %q: neither a file nor a folder", os.DevNull),
	} {
		tree, err := plan.CheckSource(source, 0)
		switch {
		case err == nil && want != "" || err != nil && err.Error() != want:
			t.Errorf("CheckSource(%q): %v, want %q", source, err, want)
		case err == nil:
			tree.Folders.Close()
		}
	}
	tree := plan.Tree{Source: "src"}
	if _, err := plan.StartCompare(t.Context(), tree, plan.Options{PerChild: 1}, noEvents(t)); err == nil {
		t.Error("StartCompare returned no error for a tree without a destination")
	}
}
