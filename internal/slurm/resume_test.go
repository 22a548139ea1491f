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

// left returns a folder that a submitter left: three batches of files and one of folders. The first two batches are
// submitted, as one array.
func left(t *testing.T) *Folder {
	t.Helper()
	f := newFolder(t, Request{Root: Exact(t.TempDir())})
	for n := range 3 {
		list(t, f, n, fmt.Sprint("a", n), fmt.Sprint("b", n))
	}
	listLast(t, f, 3, ".", "sub")
	f.has(t, "plan.json", Planned{Batches: 4, Last: true, Whole: true})
	f.has(t, "seen.json", []Seen{})
	f.has(t, "plan.jsonl", `{"time":"2026-01-02T03:04:05Z","kind":"measured","items":6,"size":6}`+"\n")
	f.has(t, "arrays.jsonl", array{ID: "7", Tasks: []int{0, 1}, Files: 4, Bytes: 4})
	return f
}

// TestRestore restores the state after a submitter was killed between any two of its writes.
func TestRestore(t *testing.T) {
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
	both := []string{"submitted", "measured"}
	for name, row := range map[string]struct {
		change  func(*testing.T, *Folder)
		waiting []int
		last    bool
		whole   bool
		seen    bool
		emitted []string
	}{
		"complete":          {func(*testing.T, *Folder) {}, []int{2, 3}, true, true, true, both},
		"nothing submitted": {remove("arrays.jsonl"), []int{0, 1, 2, 3}, true, true, true, []string{"measured"}},
		"no array noted":    {cut("arrays.jsonl", 50), []int{0, 1, 2, 3}, true, true, true, []string{"measured"}},
		"arrays empty": {func(t *testing.T, f *Folder) {
			must(t, os.Truncate(f.in("arrays.jsonl"), 0))
		}, []int{0, 1, 2, 3}, true, true, true, []string{"measured"}},
		"no plan":            {remove("plan.json"), []int{2, 3}, true, false, true, both},
		"no list of folders": {remove("plan.json", "lists/000/3"), []int{2}, false, false, true, both},
		"half a list": {func(t *testing.T, f *Folder) {
			remove("plan.json", "lists/000/3")(t, f)
			cut("lists/000/2", 3)(t, f)
		}, []int{}, false, false, true, both},
		"half a last list": {func(t *testing.T, f *Folder) {
			remove("plan.json", "lists/000/3")(t, f)
			must(t, os.WriteFile(f.in("lists/last"), []byte("brood list 1\x00j\x00n "), 0o644))
		}, []int{2}, false, false, true, both},
		"nothing seen":         {remove("seen.json"), []int{2, 3}, true, true, false, both},
		"no planning":          {remove("plan.jsonl"), []int{2, 3}, true, true, true, []string{"submitted"}},
		"half of the planning": {cut("plan.jsonl", 1), []int{2, 3}, true, true, true, []string{"submitted"}},
		"stopped":              {func(t *testing.T, f *Folder) { f.has(t, "stop", "") }, nil, true, true, true, both},
		"nothing at all": {func(t *testing.T, f *Folder) {
			remove("plan.json", "seen.json", "plan.jsonl", "arrays.jsonl")(t, f)
			must(t, os.RemoveAll(f.in("lists", "000")))
		}, nil, false, false, false, []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			f := left(t)
			row.change(t, f)
			d := driveBare(t, f)
			must(t, d.restore())
			if !slices.Equal(d.waiting, row.waiting) {
				t.Errorf("waiting %v, want %v", d.waiting, row.waiting)
			}
			if d.planned.Last != row.last || d.planned.Whole != row.whole || d.seen != row.seen {
				t.Errorf("%+v, seen %v; want %+v", d.planned, d.seen, row)
			}
			d.wants("emitted", d.emitted(event.Submitted, event.Measured), row.emitted)
			must(t, driveBare(t, f).restore()) // restore may be repeated
		})
	}
}

// TestRestoreRefused checks that Follow rejects a folder that no submitter can have left.
func TestRestoreRefused(t *testing.T) {
	const misfit = "array 7 does not fit the 4 listed batches"
	for name, row := range map[string]struct{ file, text, says string }{
		"an array of no list": {"arrays.jsonl", `{"ID":"7","First":3,"Tasks":[0,1]}` + "\n", misfit},
		"an array below":      {"arrays.jsonl", `{"ID":"7","First":0,"Tasks":[-1]}` + "\n", misfit},
		"an array of nothing": {"arrays.jsonl", `{"ID":"7"}` + "\n", misfit},
		"no array":            {"arrays.jsonl", "nonsense\n", "arrays.jsonl: invalid character"},
		"no plan":             {"plan.json", "nonsense\n", "plan.json: invalid character"},
	} {
		t.Run(name, func(t *testing.T) {
			f := left(t)
			f.has(t, row.file, row.text)
			_, err := f.Follow(context.Background(), nil, Options{}, func(event.Event) {})
			message := fmt.Sprint(err)
			folder := fmt.Sprintf("job folder %q", f.Path)
			if !strings.Contains(message, row.says) || !strings.HasPrefix(message, folder) {
				t.Errorf("%s, want %q", message, row.says)
			}
		})
	}
}

// TestHalfLineIsNoMore checks that readArrays removes half a line, so that the next array is readable.
func TestHalfLineIsNoMore(t *testing.T) {
	f := left(t)
	for n := range 3 {
		file, err := os.OpenFile(f.in("arrays.jsonl"), os.O_APPEND|os.O_WRONLY, 0)
		must(t, err)
		_, err = file.WriteString(`{"ID":"8","Fi`)
		must(t, errors.Join(err, file.Close()))
		if all, err := f.readArrays(); err != nil || len(all) != n+1 {
			t.Fatalf("%d arrays, %v; want %d", len(all), err, n+1)
		}
		must(t, f.addArray(array{ID: "9", First: 2, Tasks: []int{0}}))
	}
}

// TestLastIsApart checks that the folders get their own array after the files, even if plan.json is missing.
func TestLastIsApart(t *testing.T) {
	f := left(t)
	must(t, os.Remove(f.in("plan.json")))
	d := driveBare(t, f)
	log := Quoted(f.in("called"))
	standIns(t, map[string]string{"sbatch": `echo "$*" >>` + log + `; wc -l <` + log + ` | sed 's/^ */2/'`})
	must(t, d.restore())
	for len(d.waiting) > 0 {
		must(t, d.submit(context.Background()))
		must(t, d.answer())
	}
	called, err := os.ReadFile(f.in("called"))
	must(t, err)
	calls := strings.Split(strings.TrimSpace(string(called)), "\n")
	const last = "--dependency=singleton"
	if len(calls) != 2 || strings.Contains(calls[0], last) || !strings.Contains(calls[1], last) ||
		!strings.Contains(calls[1], "--array=0 ") {
		t.Errorf("sbatch was called with\n%s", called)
	}
	if all, err := f.readArrays(); err != nil || len(all) != 3 || all[2].ID != "22" || all[2].First != 3 {
		t.Errorf("%+v, %v", all, err)
	}
}

// TestRestoreEmitsOnce checks that a later follower emits the same events as the first one.
func TestRestoreEmitsOnce(t *testing.T) {
	f := left(t)
	before := driveBare(t, f)
	must(t, before.restore())
	r := before.record(0, 0, 0, "7_0")
	r.copies("a0")
	r.fails("b0", "no")
	r.finishes()
	before.looks()
	d := driveBare(t, f)
	must(t, d.restore())
	d.looks()
	got := d.emitted(event.Started, event.Copied, event.Failed, event.Exited)
	d.wants("emitted", got, []string{"started", "copied a0", "exited", "failed b0"})
	if !slices.Equal(d.emitted(event.Copied, event.Failed), before.emitted(event.Copied, event.Failed)) {
		t.Errorf("emitted before: %q", before.emitted(event.Copied, event.Failed))
	}
	if d.batches[0].state != settled || d.batches[1].state != submitted {
		t.Errorf("%+v", d.batches)
	}
}

// TestUnreadableList checks that an unreadable list is an error, not the end of the lists.
func TestUnreadableList(t *testing.T) {
	f := left(t)
	must(t, os.Remove(f.in("plan.json")))
	must(t, os.Remove(f.list(1)))
	must(t, os.Mkdir(f.list(1), 0o755))
	if err := driveBare(t, f).restore(); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}
