package slurm

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// slurmSets is an environment of Slurm's.
func slurmSets(pairs ...string) func(string) string {
	env := map[string]string{"SLURM_ARRAY_JOB_ID": "81", "SLURM_ARRAY_TASK_ID": "3", "SLURMD_NODENAME": "n1"}
	for i := 0; i < len(pairs); i += 2 {
		env[pairs[i]] = pairs[i+1]
	}
	return func(name string) string { return env[name] }
}

// newTask is one of a folder with the lists of two chunks.
func newTask(t *testing.T, f *Folder, generation int, again bool, pairs ...string) *Task {
	t.Helper()
	must(t, f.makeParts(0))
	task, err := f.Task(1, generation, again, slurmSets(pairs...))
	must(t, err)
	return task
}

// TestCheck: a node must see the marker, and of the names some as they were.
func TestCheck(t *testing.T) {
	const marker = ".brood.1.brood"
	for name, row := range map[string]struct {
		change func(t *testing.T, f *Folder, source, dest string)
		says   string // "": it is the same
	}{
		"the same":  {func(*testing.T, *Folder, string, string) {}, ""},
		"no marker": {func(t *testing.T, _ *Folder, _, dest string) { must(t, os.Remove(dest+"/"+marker)) }, `is another one on node n1`},
		"marker a file": {func(t *testing.T, _ *Folder, _, dest string) {
			must(t, os.Remove(dest+"/"+marker))
			must(t, os.WriteFile(dest+"/"+marker, nil, 0o644))
		}, `on node n1: .brood.1.brood is no folder`},
		"another source": {func(t *testing.T, _ *Folder, source, _ string) { must(t, os.RemoveAll(source)) }, `"a" is not there, or not the same`},
		"all changed": {func(t *testing.T, _ *Folder, source, _ string) {
			for _, n := range []string{"a", "b"} {
				must(t, os.WriteFile(source+"/"+n, []byte("longer"), 0o644))
			}
		}, `is another one on node n1`},
		"one is left": {func(t *testing.T, _ *Folder, source, _ string) { must(t, os.Remove(source+"/a")) }, ""},
		"another time": {func(t *testing.T, _ *Folder, source, _ string) {
			for _, n := range []string{"a", "b"} {
				must(t, os.Chtimes(source+"/"+n, time.Unix(1, 0), time.Unix(1, 0)))
			}
		}, `is another one`},
		"another kind": {func(t *testing.T, _ *Folder, source, _ string) {
			must(t, os.Remove(source+"/b"))
			must(t, os.Remove(source+"/a"))
			must(t, os.Mkdir(source+"/a", 0o755))
		}, `is another one`},
		"nothing seen": {func(t *testing.T, f *Folder, _, _ string) { must(t, f.writeJSON("seen.json", []Seen{})) }, ""},
		"no seen.json": {func(t *testing.T, f *Folder, _, _ string) { must(t, os.Remove(f.in("seen.json"))) }, "on node n1: open"},
		"half a seen": {func(t *testing.T, f *Folder, _, _ string) {
			must(t, os.WriteFile(f.in("seen.json"), []byte(`[{"Na`), 0o644))
		}, "on node n1: seen.json: unexpected end"},
	} {
		t.Run(name, func(t *testing.T) {
			source, dest := t.TempDir()+"/s", t.TempDir()
			must(t, os.Mkdir(source, 0o755))
			f := newFolder(t, Request{Root: Exact(source)})
			for _, n := range []string{"a", "b"} {
				must(t, os.WriteFile(source+"/"+n, []byte(n), 0o644))
			}
			must(t, os.Mkdir(dest+"/"+marker, 0o755))
			list(t, f, 0, "a", "b", "gone")
			must(t, f.writeSeen(0))
			task := newTask(t, f, 0, false)
			row.change(t, f, source, dest)
			err := task.Check(source, dest)
			if row.says == "" && err != nil || row.says != "" && (err == nil || !strings.Contains(err.Error(), row.says) || strings.Contains(err.Error(), "%!")) {
				t.Errorf("%v, want %q", err, row.says)
			}
		})
	}
}

// TestFence: of any two attempts the earlier one ends, in whatever order they begin.
func TestFence(t *testing.T) {
	type attempt struct{ generation, restarts int }
	for name, row := range map[string]struct{ earlier, later attempt }{
		"submitted again": {attempt{1, 0}, attempt{2, 0}},
		"restarted":       {attempt{1, 1}, attempt{1, 2}},
		"both":            {attempt{1, 5}, attempt{2, 0}},
		"ten":             {attempt{9, 0}, attempt{10, 0}},
	} {
		for _, lateFirst := range []bool{false, true} {
			t.Run(fmt.Sprint(name, lateFirst), func(t *testing.T) {
				f := newFolder(t, Request{})
				begin := func(a attempt) *Task {
					return newTask(t, f, a.generation, true, "SLURM_RESTART_COUNT", fmt.Sprint(a.restarts))
				}
				var early, late *Task
				if lateFirst {
					late = begin(row.later)
					early = begin(row.earlier)
				} else {
					early = begin(row.earlier)
					late = begin(row.later)
				}
				if why := early.unwanted(); why != "another attempt at the same files has begun since" {
					t.Errorf("the earlier one: %q", why)
				}
				if why := late.unwanted(); why != "" {
					t.Errorf("the later one: %q", why)
				}
			})
		}
	}
}
