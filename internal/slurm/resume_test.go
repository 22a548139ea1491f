package slurm

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"brood/internal/event"
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
	f.has(t, "plan.json", Planned{Batches: 4, Last: true, Whole: true})
	f.has(t, "seen.json", []Seen{})
	f.has(t, "plan.jsonl", `{"time":"2026-01-02T03:04:05Z","kind":"measured","files":6,"size":6}`+"\n")
	f.has(t, "arrays.jsonl", array{ID: "7", Tasks: []int{0, 1}, Files: 4, Bytes: 4})
	return f
}

// TestTakeUp: a submitter may have been killed between any two of its writes.
func TestTakeUp(t *testing.T) {
	remove := func(names ...string) func(*testing.T, *Folder) {
		return func(t *testing.T, f *Folder) {
			for _, name := range names {
				must(t, os.Remove(f.in(name)))
			}
		}
	}
	cut := func(name string, bytes int64) func(*testing.T, *Folder) {
		return func(t *testing.T, f *Folder) {
			info, err := os.Stat(f.in(name))
			must(t, err)
			must(t, os.Truncate(f.in(name), info.Size()-bytes))
		}
	}
	for name, row := range map[string]struct {
		change  func(*testing.T, *Folder)
		waiting []int
		last    bool
		whole   bool
		seen    bool
		told    []string
	}{
		"as it is":           {func(*testing.T, *Folder) {}, []int{2, 3}, true, true, true, []string{"submitted", "measured"}},
		"nothing submitted":  {remove("arrays.jsonl"), []int{0, 1, 2, 3}, true, true, true, []string{"measured"}},
		"no array noted":     {cut("arrays.jsonl", 50), []int{0, 1, 2, 3}, true, true, true, []string{"measured"}},
		"arrays empty":       {func(t *testing.T, f *Folder) { must(t, os.Truncate(f.in("arrays.jsonl"), 0)) }, []int{0, 1, 2, 3}, true, true, true, []string{"measured"}},
		"no plan":            {remove("plan.json"), []int{2, 3}, true, false, true, []string{"submitted", "measured"}},
		"no list of folders": {remove("plan.json", "lists/000/3"), []int{2}, false, false, true, []string{"submitted", "measured"}},
		"half a list":        {func(t *testing.T, f *Folder) { remove("plan.json", "lists/000/3")(t, f); cut("lists/000/2", 3)(t, f) }, []int{}, false, false, true, []string{"submitted", "measured"}},
		"half a last list": {func(t *testing.T, f *Folder) {
			remove("plan.json", "lists/000/3")(t, f)
			must(t, os.WriteFile(f.in("lists/last"), []byte("brood list 1\x00j\x00n "), 0o644))
		}, []int{2}, false, false, true, []string{"submitted", "measured"}},
		"nothing seen":         {remove("seen.json"), []int{2, 3}, true, true, false, []string{"submitted", "measured"}},
		"no planning":          {remove("plan.jsonl"), []int{2, 3}, true, true, true, []string{"submitted"}},
		"half of the planning": {cut("plan.jsonl", 1), []int{2, 3}, true, true, true, []string{"submitted"}},
		"stopped":              {func(t *testing.T, f *Folder) { f.has(t, "stop", "") }, nil, true, true, true, []string{"submitted", "measured"}},
		"nothing at all": {func(t *testing.T, f *Folder) {
			remove("plan.json", "seen.json", "plan.jsonl", "arrays.jsonl")(t, f)
			must(t, os.RemoveAll(f.in("lists", "000")))
		}, nil, false, false, false, []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			f := left(t)
			row.change(t, f)
			d := driveBare(t, f)
			must(t, d.takeUp())
			if !slices.Equal(d.waiting, row.waiting) || d.planned.Last != row.last || d.planned.Whole != row.whole || d.seen != row.seen {
				t.Errorf("waiting %v, %+v, seen %v; want %v, last %v, whole %v, %v", d.waiting, d.planned, d.seen, row.waiting, row.last, row.whole, row.seen)
			}
			d.wants("told", d.told(event.Submitted, event.Measured), row.told)
			must(t, driveBare(t, f).takeUp()) // and once more
		})
	}
}

// TestTakeUpRefused: what no submitter has left behind is told, and is not gone on with.
func TestTakeUpRefused(t *testing.T) {
	for name, row := range map[string]struct{ file, text, says string }{
		"an array of no list": {"arrays.jsonl", `{"ID":"7","First":3,"Tasks":[0,1]}` + "\n", "array 7 is of other batches than the 4"},
		"an array below":      {"arrays.jsonl", `{"ID":"7","First":0,"Tasks":[-1]}` + "\n", "array 7 is of other batches than the 4"},
		"an array of nothing": {"arrays.jsonl", `{"ID":"7"}` + "\n", "array 7 is of other batches than the 4"},
		"no array":            {"arrays.jsonl", "nonsense\n", "arrays.jsonl: invalid character"},
		"no plan":             {"plan.json", "nonsense\n", "plan.json: invalid character"},
	} {
		t.Run(name, func(t *testing.T) {
			f := left(t)
			f.has(t, row.file, row.text)
			_, err := f.Follow(context.Background(), nil, Options{}, func(event.Event) {})
			if err == nil || !strings.Contains(err.Error(), row.says) || !strings.HasPrefix(err.Error(), "job folder "+fmt.Sprintf("%q", f.Path)) {
				t.Errorf("%v, want %q", err, row.says)
			}
		})
	}
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

// TestLastIsApart: of a plan whose end was not noted the folders still come when all files have.
func TestLastIsApart(t *testing.T) {
	f := left(t)
	must(t, os.Remove(f.in("plan.json")))
	d := driveBare(t, f)
	standIns(t, map[string]string{"sbatch": `echo "$*" >>` + Quoted(f.in("called")) + `; wc -l <` + Quoted(f.in("called")) + ` | sed 's/^ */2/'`})
	must(t, d.takeUp())
	for len(d.waiting) > 0 {
		must(t, d.submit(context.Background()))
		must(t, d.answer())
	}
	called, err := os.ReadFile(f.in("called"))
	must(t, err)
	calls := strings.Split(strings.TrimSpace(string(called)), "\n")
	if len(calls) != 2 || strings.Contains(calls[0], "singleton") || !strings.Contains(calls[1], "--array=0 ") || !strings.Contains(calls[1], "--dependency=singleton") {
		t.Errorf("sbatch was called with\n%s", called)
	}
	if all, err := f.arrays(); err != nil || len(all) != 3 || all[2].ID != "22" || all[2].First != 3 {
		t.Errorf("%+v, %v", all, err)
	}
}

// TestTakeUpTellsOnce: what the records say is told as if they had been followed all the time.
func TestTakeUpTellsOnce(t *testing.T) {
	f := left(t)
	before := driveBare(t, f)
	must(t, before.takeUp())
	r := before.record(0, 0, 0, "7_0")
	r.copies("a0")
	r.fails("b0", "no")
	r.finishes()
	before.looks()
	d := driveBare(t, f)
	must(t, d.takeUp())
	d.looks()
	d.wants("told", d.told(event.Started, event.Copied, event.Failed, event.Exited), []string{"started", "copied a0", "exited", "failed b0"})
	if !slices.Equal(d.told(event.Copied, event.Failed), before.told(event.Copied, event.Failed)) {
		t.Errorf("told before %q", before.told(event.Copied, event.Failed))
	}
	if d.batches[0].state != settled || d.batches[1].state != submitted {
		t.Errorf("%+v", d.batches)
	}
}

// TestUnreadableList: a list that nobody can read is no reason to think that there are no more.
func TestUnreadableList(t *testing.T) {
	f := left(t)
	must(t, os.Remove(f.in("plan.json")))
	must(t, os.Remove(f.list(1)))
	must(t, os.Mkdir(f.list(1), 0o755))
	if err := driveBare(t, f).takeUp(); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}
