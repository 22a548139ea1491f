package slurm

import (
	"context"
	"errors"
	"fmt"
	"os"
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

// TestTakeUpRefused: what no submitter has left behind is told, and is not gone on with.
func TestTakeUpRefused(t *testing.T) {
	for name, row := range map[string]struct{ file, text, says string }{
		"an array of no list": {"arrays.jsonl", `{"ID":"7","First":3,"Tasks":[0,1]}` + "\n", "array 7 is of other chunks than the 4"},
		"an array below":      {"arrays.jsonl", `{"ID":"7","First":0,"Tasks":[-1]}` + "\n", "array 7 is of other chunks than the 4"},
		"an array of nothing": {"arrays.jsonl", `{"ID":"7"}` + "\n", "array 7 is of other chunks than the 4"},
		"no array":            {"arrays.jsonl", "nonsense\n", "arrays.jsonl: invalid character"},
		"no plan":             {"plan.json", "nonsense\n", "plan.json: invalid character"},
	} {
		t.Run(name, func(t *testing.T) {
			f := left(t)
			must(t, os.WriteFile(f.in(row.file), []byte(row.text), 0o644))
			_, err := f.Follow(context.Background(), nil, Options{}, func(event.Event) {})
			if err == nil || !strings.Contains(err.Error(), row.says) || !strings.HasPrefix(err.Error(), "job folder "+fmt.Sprintf("%q", f.Path)) {
				t.Errorf("%v, want %q", err, row.says)
			}
		})
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
