package plan_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"brood/internal/plan"
)

// listed writes the batches of one kind to a list and takes them from the list again.
func listed(t *testing.T, batches []plan.Batch, folders bool, opts plan.Options) ([]plan.Batch, *plan.Listed, []byte) {
	t.Helper()
	var file bytes.Buffer
	list := plan.NewList(&file)
	for _, b := range batches {
		if b.Folders == folders {
			must(t, list.Add(b))
		}
	}
	must(t, list.Close())
	opts.PerChild = max(opts.PerChild, 1)
	l, err := plan.OpenList(bytes.NewReader(file.Bytes()), opts, nil)
	must(t, err)
	wait := l.Start(context.Background(), bytes.NewReader(file.Bytes()))
	var got []plan.Batch
	for b := range l.Batches() {
		got = append(got, b)
		l.Done(b)
	}
	must(t, wait())
	return got, l, file.Bytes()
}

// described returns what a child learns of each batch.
func described(batches []plan.Batch) (all []string) {
	for _, b := range batches {
		all = append(all, fmt.Sprintf("%v %q %q %d", b.Folders, b.Items, b.Firsts, b.Bytes))
	}
	return all
}

// oddTree makes a tree with odd names, links, folders and hard links.
func oddTree(t *testing.T) string {
	dir := t.TempDir()
	makeTree(t, dir, "a", "new\nline/ f 3 x", "new\nline/\xff\xfe", "end 1/n", "j/h", "s -> a", "j/s -> ../a",
		"empty/")
	must(t, os.Link(dir+"/a", dir+"/j/a2"))
	must(t, os.Link(dir+"/j/h", dir+"/j/h2"))
	return dir
}

// A list returns the batches that were added to it, in their order.
func TestList(t *testing.T) {
	batches, _ := runAll(t, plan.Tree{Source: oddTree(t), Dest: t.TempDir() + "/none"},
		plan.Options{Archive: true, ForTasks: plan.BatchSize{Files: 2, Bytes: 1 << 30}})
	for _, folders := range []bool{false, true} {
		want := slices.DeleteFunc(slices.Clone(batches), func(b plan.Batch) bool { return b.Folders != folders })
		got, _, _ := listed(t, batches, folders, plan.Options{PerChild: 2})
		if len(want) == 0 || !reflect.DeepEqual(described(got), described(want)) {
			t.Errorf("folders %v: got\n%s\nwant\n%s", folders, strings.Join(described(got), "\n"),
				strings.Join(described(want), "\n"))
		}
	}
}

// A list of files has batches as the options ask for.
func TestListAsAsked(t *testing.T) {
	dir := t.TempDir()
	for n := range 100 {
		makeTree(t, dir, fmt.Sprintf("d%d/f%02d", n%3, n))
	}
	all, _ := runAll(t, plan.Tree{Source: dir, Dest: dir + "/none"},
		plan.Options{ForTasks: plan.BatchSize{Files: 1000, Bytes: 1 << 30}})
	files, _ := filesAndRest(all)
	for name, row := range map[string]struct {
		opts    plan.Options
		batches int
	}{
		"one by one":   {plan.Options{}, 100},
		"seven":        {plan.Options{PerChild: 7}, 15},
		"guided":       {plan.Options{Guided: true, Slots: 1}, 3}, // two folders of half a share each, and the rest
		"little room":  {plan.Options{PerChild: 7, ArgRoom: 1}, 100},
		"all, no room": {plan.Options{PerChild: 1000}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			batches, l, _ := listed(t, all, false, row.opts)
			got, _ := filesAndRest(batches)
			if !slices.Equal(got, files) || len(batches) != row.batches || l.Files != 100 || l.Bytes != 6*100 {
				t.Errorf("%d files in %d batches, the list has %d of %d bytes; want 100 in %d, 100 of 600", len(got),
					len(batches), l.Files, l.Bytes, row.batches)
			}
		})
	}
}

// In a list of folders and links each batch waits for the one before, also if a command line
// has no room for all its names.
func TestListInOrder(t *testing.T) {
	dir := t.TempDir()
	makeTree(t, dir, "a/b/c/", "a/b/d/", "e -> a")
	batches, _ := runAll(t, plan.Tree{Source: dir, Dest: dir + "/none"}, plan.Options{})
	got, _, file := listed(t, batches, true, plan.Options{ArgRoom: 1})
	_, want := filesAndRest(batches)
	if len(got) != len(want) {
		t.Errorf("%d batches for %d names, want one for each: there is no room for two", len(got), len(want))
	}
	l, err := plan.OpenList(bytes.NewReader(file), plan.Options{ArgRoom: 1}, nil)
	must(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	wait := l.Start(ctx, bytes.NewReader(file))
	<-l.Batches()
	select {
	case b := <-l.Batches():
		t.Errorf("%q came before the first was done", b.Items)
	default:
	}
	cancel()
	must(t, wait())
}

// OpenList refuses a list that is not complete.
func TestListCutOff(t *testing.T) {
	batches, _ := runAll(t, plan.Tree{Source: oddTree(t), Dest: t.TempDir() + "/none"},
		plan.Options{Archive: true, ForTasks: plan.BatchSize{Files: 2, Bytes: 1 << 30}})
	for _, folders := range []bool{false, true} {
		_, _, file := listed(t, batches, folders, plan.Options{})
		for n := range len(file) {
			_, err := plan.OpenList(bytes.NewReader(file[:n]), plan.Options{PerChild: 1}, nil)
			if !errors.Is(err, plan.ErrNoList) {
				t.Fatalf("cut off after %d of %d bytes: %v", n, len(file), err)
			}
		}
	}
	for name, text := range map[string]string{
		"another version":   "brood list 2\x00end 0\x00",
		"a wrong count":     "brood list 1\x00f 1 a\x00end 2\x00",
		"above":             "brood list 1\x00f 1 ../a\x00end 1\x00",
		"absolute":          "brood list 1\x00f 1 /a\x00end 1\x00",
		"no size":           "brood list 1\x00f -1 a\x00end 1\x00",
		"a file in a batch": "brood list 1\x00j\x00f 1 a\x00end 1\x00",
		"no batch":          "brood list 1\x00n a\x00end 1\x00",
		"no kind":           "brood list 1\x00x a\x00end 1\x00",
	} {
		_, err := plan.OpenList(strings.NewReader(text), plan.Options{PerChild: 1}, nil)
		if !errors.Is(err, plan.ErrNoList) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A batch for a task ends at its number of files or bytes, and a large file is a batch of its own.
func TestBatchesForTasks(t *testing.T) {
	dir := t.TempDir()
	for n, size := range []int64{1, 1, 1, 1, 1, 500, 40, 40, 40, 1, 100} {
		name := fmt.Sprintf("%s/f%02d", dir, n)
		must(t, os.WriteFile(name, nil, 0o600))
		must(t, os.Truncate(name, size))
	}
	batches, _ := runAll(t, plan.Tree{Source: dir, Dest: dir + "/none"},
		plan.Options{ForTasks: plan.BatchSize{Files: 4, Bytes: 100}, ArgRoom: 1})
	var got []string
	for _, b := range batches {
		if !b.Folders {
			got = append(got, strings.Join(b.Items, " "))
		}
	}
	want := []string{"f00 f01 f02 f03", "f05", "f04 f06 f07 f08", "f10", "f09"}
	if !slices.Equal(got, want) {
		t.Errorf("batches %q, want %q", got, want)
	}
}
