package slurm

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"brood/internal/testenv"
)

// slurmSets is an environment of Slurm's.
func slurmSets(pairs ...string) func(string) string {
	env := map[string]string{"SLURM_ARRAY_JOB_ID": "81", "SLURM_ARRAY_TASK_ID": "3", "SLURMD_NODENAME": "n1"}
	for i := 0; i < len(pairs); i += 2 {
		env[pairs[i]] = pairs[i+1]
	}
	return func(name string) string { return env[name] }
}

// newTask is one of a folder with the lists of two batches.
func newTask(t *testing.T, f *Folder, generation int, again bool, pairs ...string) *Task {
	t.Helper()
	must(t, f.makeParts(0))
	task, err := f.Task(1, generation, again, slurmSets(pairs...))
	must(t, err)
	return task
}

// TestTask: what a task is, it has from its environment; only a later attempt has a fence.
func TestTask(t *testing.T) {
	for name, row := range map[string]struct {
		generation int
		again      bool
		restarts   string
		fence      string
		record     string
	}{
		"first":     {0, false, "", "", "1.0.0.81_3."},
		"again":     {2, true, "", "2 0\n", "1.2.0.81_3."},
		"restarted": {0, false, "3", "0 3\n", "1.0.3.81_3."},
		"both":      {4, true, "1", "4 1\n", "1.4.1.81_3."},
		"zero":      {0, false, "0", "", "1.0.0.81_3."},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFolder(t, Request{})
			task := newTask(t, f, row.generation, row.again, "SLURM_RESTART_COUNT", row.restarts)
			text, _ := os.ReadFile(f.in(fence(1)))
			if task.ID != "81_3" || task.Node != "n1" || task.List() != f.list(1) || string(text) != row.fence {
				t.Errorf("%+v, fence %q", task, text)
			}
			record, err := task.Record()
			must(t, err)
			must(t, record.Close())
			if base := filepath.Base(record.Name()); !strings.HasPrefix(base, row.record) {
				t.Errorf("record %q", base)
			}
			if a, ok := parseAttempt(filepath.Base(record.Name())); !ok || a.batch != 1 || a.generation != row.generation || a.task != "81_3" {
				t.Errorf("%+v", a)
			}
		})
	}
}

// TestTwoRecords: the same task once more, as after a crash of the controller, has a record of its own.
func TestTwoRecords(t *testing.T) {
	task := newTask(t, newFolder(t, Request{}), 0, false)
	for range 2 {
		record, err := task.Record()
		must(t, err)
		must(t, record.Close())
	}
	if all, _ := filepath.Glob(task.in("events", "000", "1.0.0.81_3.*.jsonl")); len(all) != 2 {
		t.Errorf("%q", all)
	}
}

// TestNoTask: outside of an array there is no task.
func TestNoTask(t *testing.T) {
	for name, row := range map[string]struct{ variable, value, says string }{
		"no array":  {"SLURM_ARRAY_JOB_ID", "", "is no task of an array"},
		"no task":   {"SLURM_ARRAY_TASK_ID", "", "is no task of an array"},
		"no node":   {"SLURMD_NODENAME", "", "is no task of an array"},
		"no number": {"SLURM_RESTART_COUNT", "many", `SLURM_RESTART_COUNT "many"`},
		"no folder": {"SLURM_RESTART_COUNT", "1", "job folder"}, // in which the fence could be
	} {
		t.Run(name, func(t *testing.T) {
			_, err := newFolder(t, Request{}).Task(0, 0, false, slurmSets(row.variable, row.value))
			if err == nil || !strings.Contains(err.Error(), row.says) {
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

// TestHalfAFence: what is no fence ends nobody.
func TestHalfAFence(t *testing.T) {
	task := newTask(t, newFolder(t, Request{}), 0, false)
	for _, text := range []string{"", "9", "9 ", "x y", "-1 -1"} {
		must(t, os.WriteFile(task.in(fence(1)), []byte(text), 0o644))
		if why := task.unwanted(); why != "" {
			t.Errorf("%q: %s", text, why)
		}
	}
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
		"nothing seen": {func(t *testing.T, f *Folder, _, _ string) { f.has(t, "seen.json", []Seen{}) }, ""},
		"no seen.json": {func(t *testing.T, f *Folder, _, _ string) { must(t, os.Remove(f.in("seen.json"))) }, "on node n1: open"},
		"half a seen": {func(t *testing.T, f *Folder, _, _ string) {
			f.has(t, "seen.json", `[{"Na`)
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

// TestSeenOfOddNames: names of any bytes are found again, and of many only some are looked for.
func TestSeenOfOddNames(t *testing.T) {
	source := t.TempDir()
	names := []string{`q"uo\"te\`, "new\nline", "\xff\xfe", "\u2028"}
	for n := range 2 * seenMost {
		names = append(names, fmt.Sprint(n))
	}
	f := newFolder(t, Request{Root: Exact(source)})
	for _, name := range names {
		if err := os.WriteFile(source+"/"+name, nil, 0o644); err != nil {
			t.Skip("needs a file system for names of any bytes: ", err)
		}
	}
	list(t, f, 0, names...)
	must(t, f.writeSeen(0))
	var seen []Seen
	must(t, f.read("seen.json", &seen))
	if len(seen) != seenMost {
		t.Errorf("%d are seen", len(seen))
	}
	for i, s := range seen {
		if string(s.Name) != names[i] || !s.isIn(source) || s.isIn(t.TempDir()) {
			t.Errorf("%+v for %q", s, names[i])
		}
	}
}

// watched is why a task is stopped that looks every few milliseconds.
func watched(t *testing.T, task *Task, then func()) string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	why, over := make(chan string, 2), make(chan bool)
	go func() {
		task.Watch(ctx, func(s string) { why <- s })
		close(over)
	}()
	then()
	select {
	case <-over:
	case <-time.After(testenv.Patience):
		t.Fatal("is not stopped within 1 min")
	}
	if len(why) != 1 {
		t.Fatalf("stop was called %d times", len(why))
	}
	return <-why
}

// TestWatch: a task is stopped when it is not wanted any more.
func TestWatch(t *testing.T) {
	for name, row := range map[string]struct {
		request Request
		then    func(*testing.T, *Folder)
		why     string
	}{
		"stopped":      {Request{Heartbeat: .02}, func(t *testing.T, f *Folder) { f.has(t, "stop", "") }, "the job was stopped"},
		"overtaken":    {Request{Heartbeat: .02}, func(t *testing.T, f *Folder) { newTask(t, f, 1, true) }, "another attempt at the same files has begun since"},
		"no heartbeat": {Request{Heartbeat: .02, Daemon: true}, func(*testing.T, *Folder) {}, "nobody has followed the job for 20ms"},
		"it stands":    {Request{Heartbeat: .02, Daemon: true}, func(t *testing.T, f *Folder) { f.has(t, "heartbeat", "h 1 1\n") }, "nobody has followed the job for 20ms"},
	} {
		t.Run(name, func(t *testing.T) {
			task := newTask(t, newFolder(t, row.request), 0, false)
			if why := watched(t, task, func() { row.then(t, task.Folder) }); why != row.why {
				t.Errorf("%q, want %q", why, row.why)
			}
		})
	}
}

// TestWatchEnds: with its context a task is not watched any more, and is not stopped by that.
func TestWatchEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	newTask(t, newFolder(t, Request{}), 0, false).Watch(ctx, func(why string) { t.Error(why) })
}

// TestBeat: who follows is seen to, from the beginning and until the end.
func TestBeat(t *testing.T) {
	f := newFolder(t, Request{Heartbeat: 0.04})
	read := func() string {
		text, _ := os.ReadFile(f.in("heartbeat"))
		return string(text)
	}
	stop := f.Beat()
	first := read()
	if host, _ := os.Hostname(); first != fmt.Sprintf("%s %d 0\n", host, os.Getpid()) {
		t.Errorf("%q", first)
	}
	for deadline := time.Now().Add(testenv.Patience); read() == first; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it does not change")
		}
	}
	stop()
	if last := read(); last != "" {
		t.Errorf("left: %q", last)
	}
}

// TestHeartbeat: as long as it changes the task goes on, for however long in all.
func TestHeartbeat(t *testing.T) {
	f := newFolder(t, Request{Daemon: true, Heartbeat: 60})
	task := newTask(t, f, 0, false)
	for n := range 3 {
		must(t, f.write("heartbeat", []byte{byte(n)}, 0o644))
		task.changed = time.Now().Add(-time.Hour)
		if why := task.unwanted(); why != "" {
			t.Fatal(why)
		}
	}
	task.changed = time.Now().Add(-time.Hour)
	if why := task.unwanted(); why != "nobody has followed the job for 1m0s" {
		t.Errorf("%q", why)
	}
}
