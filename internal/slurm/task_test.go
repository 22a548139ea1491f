package slurm

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"brood/internal/plan"
	"brood/internal/testenv"
)

// slurmSets returns an environment as Slurm sets it, with these changes.
func slurmSets(pairs ...string) func(string) string {
	env := map[string]string{"SLURM_ARRAY_JOB_ID": "81", "SLURM_ARRAY_TASK_ID": "3", "SLURMD_NODENAME": "n1"}
	for i := 0; i < len(pairs); i += 2 {
		env[pairs[i]] = pairs[i+1]
	}
	return func(name string) string { return env[name] }
}

// newTask returns the task of batch 1.
func newTask(t *testing.T, f *Folder, generation int, again bool, pairs ...string) *Task {
	t.Helper()
	must(t, f.makeParts(0))
	task, err := f.Task(1, generation, again, slurmSets(pairs...))
	must(t, err)
	return task
}

// TestTask checks that a task knows itself from its environment. Only a later attempt puts a fence.
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
			a, ok := parseAttempt(filepath.Base(record.Name()))
			if !ok || a.batch != 1 || a.generation != row.generation || a.task != "81_3" {
				t.Errorf("%+v", a)
			}
		})
	}
}

// TestTwoRecords checks that a task with the same ID gets a new record, as after a crash of the controller.
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

// TestFence checks that the earlier of two attempts ends, in either order of their starts.
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
				if why := early.unwanted(); why != "a later attempt at the same files has begun" {
					t.Errorf("the earlier one: %q", why)
				}
				if why := late.unwanted(); why != "" {
					t.Errorf("the later one: %q", why)
				}
			})
		}
	}
}

// TestHalfAFence checks that an invalid fence ends no attempt.
func TestHalfAFence(t *testing.T) {
	task := newTask(t, newFolder(t, Request{}), 0, false)
	for _, text := range []string{"", "9", "9 ", "x y", "-1 -1"} {
		must(t, os.WriteFile(task.in(fence(1)), []byte(text), 0o644))
		if why := task.unwanted(); why != "" {
			t.Errorf("%q: %s", text, why)
		}
	}
}

// TestCheck checks that a node must see the marker, and at least one name as the submitter saw it.
func TestCheck(t *testing.T) {
	const marker, another = ".brood.1.brood", "node n1 sees another folder than the submitter"
	for name, row := range map[string]struct {
		change func(t *testing.T, f *Folder, source, dest string)
		says   string // "": no error
	}{
		"the same":  {func(*testing.T, *Folder, string, string) {}, ""},
		"no marker": {func(t *testing.T, _ *Folder, _, dest string) { must(t, os.Remove(dest+"/"+marker)) }, another},
		"marker a file": {func(t *testing.T, _ *Folder, _, dest string) {
			must(t, os.Remove(dest+"/"+marker))
			must(t, os.WriteFile(dest+"/"+marker, nil, 0o644))
		}, `on node n1: .brood.1.brood is not a folder`},
		"another source": {func(t *testing.T, _ *Folder, source, _ string) {
			must(t, os.RemoveAll(source))
		}, `"a" is missing or different`},
		"all changed": {func(t *testing.T, _ *Folder, source, _ string) {
			for _, n := range []string{"a", "b"} {
				must(t, os.WriteFile(source+"/"+n, []byte("longer"), 0o644))
			}
		}, another},
		"one is left": {func(t *testing.T, _ *Folder, source, _ string) { must(t, os.Remove(source+"/a")) }, ""},
		"another time": {func(t *testing.T, _ *Folder, source, _ string) {
			for _, n := range []string{"a", "b"} {
				must(t, os.Chtimes(source+"/"+n, time.Unix(1, 0), time.Unix(1, 0)))
			}
		}, another},
		"another kind": {func(t *testing.T, _ *Folder, source, _ string) {
			must(t, os.Remove(source+"/b"))
			must(t, os.Remove(source+"/a"))
			must(t, os.Mkdir(source+"/a", 0o755))
		}, another},
		"nothing seen": {func(t *testing.T, f *Folder, _, _ string) { f.has(t, "seen.json", []Seen{}) }, ""},
		"no seen.json": {func(t *testing.T, f *Folder, _, _ string) {
			must(t, os.Remove(f.in("seen.json")))
		}, "on node n1: open"},
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
			err := task.Check(plan.Tree{Source: source, Dest: dest})
			message := fmt.Sprint(err)
			if row.says == "" {
				must(t, err)
			} else if !strings.Contains(message, row.says) || strings.Contains(message, "%!") {
				t.Errorf("%s, want %q", message, row.says)
			}
		})
	}
}

// watched returns why Watch stops a task. It calls then while Watch runs.
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
		t.Fatal("timeout: the task is not stopped")
	}
	if len(why) != 1 {
		t.Fatalf("stop was called %d times", len(why))
	}
	return <-why
}

// TestWatch checks each reason to stop a task.
func TestWatch(t *testing.T) {
	job, daemon := Request{Heartbeat: .02}, Request{Heartbeat: .02, Daemon: true}
	for name, row := range map[string]struct {
		request Request
		then    func(*testing.T, *Folder)
		why     string
	}{
		"stopped": {job, func(t *testing.T, f *Folder) {
			f.has(t, "stop", "")
		}, "the job was stopped"},
		"overtaken": {job, func(t *testing.T, f *Folder) {
			newTask(t, f, 1, true)
		}, "a later attempt at the same files has begun"},
		"no heartbeat": {daemon, func(*testing.T, *Folder) {}, "nobody has followed the job for 20ms"},
		"an old heartbeat": {daemon, func(t *testing.T, f *Folder) {
			f.has(t, "heartbeat", "h 1 1\n")
		}, "nobody has followed the job for 20ms"},
	} {
		t.Run(name, func(t *testing.T) {
			task := newTask(t, newFolder(t, row.request), 0, false)
			if why := watched(t, task, func() { row.then(t, task.Folder) }); why != row.why {
				t.Errorf("%q, want %q", why, row.why)
			}
		})
	}
}

// TestWatchEnds checks that Watch returns with its context, and does not stop the task then.
func TestWatchEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	newTask(t, newFolder(t, Request{}), 0, false).Watch(ctx, func(why string) { t.Error(why) })
}

// TestHeartbeat checks that a task runs on while the heartbeat changes.
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
