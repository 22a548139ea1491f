package slurm

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"
)

var someLimits = limits{"22.05.8", 1001, 10000}

// names are those in a folder.
func names(t *testing.T, dir string) (all []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	must(t, err)
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

// TestCreate: what is created is what is opened; a task finds brood itself in it.
func TestCreate(t *testing.T) {
	request := Request{
		Source: "a\xff'\"\\b", Dest: "/d\n", Root: "/r", Flags: []Exact{"--name=\xfe"}, Sbatch: []Exact{"--mem=2G"},
		Throttle: 3, Retries: 2, Daemon: true, Heartbeat: 60, Own: true, Jobs: 4, Hash: "xxh128",
	}
	path := filepath.Join(t.TempDir(), "job")
	made, err := create(path, request, 2*time.Second, someLimits)
	must(t, err)
	f, err := Open(path)
	must(t, err)
	made.Job.Begun = f.Job.Begun // but for the monotonic clock
	if !reflect.DeepEqual(f, made) || !reflect.DeepEqual(f.Job.Request, request) {
		t.Errorf("opened\n%+v, made\n%+v", f, made)
	}
	if f.Job.PID != os.Getpid() || f.Job.Every.Duration() != 2*time.Second || f.Job.ArraySize != 1001 || f.Job.JobCount != 10000 || f.Submitted() {
		t.Errorf("%+v, submitted %v", f.Job, f.Submitted())
	}
	own, err := os.Executable()
	must(t, err)
	want, err := os.Stat(own)
	must(t, err)
	if info, err := os.Stat(f.in("brood")); err != nil || info.Size() != want.Size() || info.Mode()&0o100 == 0 {
		t.Errorf("%v, %v", info, err)
	}
	if got := strings.Join(names(t, path), " "); got != "brood events job.json lists log task.sh" {
		t.Errorf("in it are %s", got)
	}
	must(t, f.Remove())
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("it is not removed: %v", err)
	}
}

// TestCreateRefused: what is there is not touched.
func TestCreateRefused(t *testing.T) {
	dir := t.TempDir()
	must(t, os.MkdirAll(dir+"/full/of", 0o755))
	must(t, os.WriteFile(dir+"/file", nil, 0o644))
	for name, says := range map[string]string{"full": "is not empty", "file": "not a directory", "none/job": "no such file or directory"} {
		_, err := create(dir+"/"+name, Request{}, time.Second, someLimits)
		if err == nil || err.Error() != fmt.Sprintf("job folder %q: %s", dir+"/"+name, says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := strings.Join(append(names(t, dir), names(t, dir+"/full")...), " "); got != "file full of" {
		t.Errorf("then there are %s", got)
	}
}

func TestCreateWhereNobodyMayWrite(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("platform: root may write where nobody may")
	}
	dir := t.TempDir()
	must(t, os.Chmod(dir, 0o555))
	if _, err := create(dir+"/job", Request{}, time.Second, someLimits); !errors.Is(err, fs.ErrPermission) {
		t.Error(err)
	}
}

// TestOpenRefused: what is no folder of this brood's is not gone on with.
func TestOpenRefused(t *testing.T) {
	for name, row := range map[string]struct{ job, says string }{
		"foreign":  {"", "is no job folder of brood"},
		"newer":    {`{"Format": 2, "Name": "brood-1", "Every": 3}`, "is of format 2, and this brood knows 1"},
		"no JSON":  {"{", "job.json: unexpected end of JSON input"},
		"none":     {"{}", "is of format 0, and this brood knows 1"},
		"no words": {`{"Format": 1, "Source": "\\x"}`, "job.json: invalid syntax"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if row.job != "" {
				must(t, os.WriteFile(dir+"/job.json", []byte(row.job), 0o644))
			}
			_, err := Open(dir)
			if err == nil || err.Error() != fmt.Sprintf("job folder %q: %s", dir, row.says) {
				t.Errorf("%v, want %q", err, row.says)
			}
		})
	}
	if _, err := Open(t.TempDir() + "/none"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("none: %v", err)
	}
}

// TestWriteIsWhole: who reads sees one of what was written, whatever is written meanwhile.
func TestWriteIsWhole(t *testing.T) {
	f := newFolder(t, Request{})
	text := func(n int) string { return strings.Repeat(fmt.Sprint(n), 100_000) }
	must(t, f.write("x", []byte(text(0)), 0o644))
	over := make(chan bool)
	var readers sync.WaitGroup
	for range 2 {
		readers.Go(func() {
			for {
				got, err := os.ReadFile(f.in("x"))
				if err != nil || len(got) != 100_000 || strings.Trim(string(got), string(got[:1])) != "" {
					t.Errorf("%d bytes, %v", len(got), err)
					return
				}
				select {
				case <-over:
					return
				default:
				}
			}
		})
	}
	for n := range 5 {
		must(t, f.write("x", []byte(text(n%10)), 0o644))
	}
	close(over)
	readers.Wait()
}

// TestWriteFails: what cannot be written is not there, nor is anything else.
func TestWriteFails(t *testing.T) {
	f := newFolder(t, Request{})
	must(t, os.MkdirAll(f.in("x", "in"), 0o755))
	if err := f.write("x", []byte("1"), 0o644); err == nil {
		t.Error("a folder was replaced")
	}
	if err := f.write("none/x", []byte("1"), 0o644); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	if got := strings.Join(names(t, f.Path), " "); got != "events lists log marked x" {
		t.Errorf("then there are %s", got)
	}
}

// TestArrays: what was noted is read, in its order.
func TestArrays(t *testing.T) {
	f := newFolder(t, Request{})
	if all, err := f.arrays(); err != nil || all != nil || f.Submitted() {
		t.Errorf("%v, %v", all, err)
	}
	var want []array
	for n := range 3 {
		a := array{ID: fmt.Sprint(n % 2), First: n, Tasks: make([]int, 1000*n+1), Files: n, Bytes: 1 << 40, Again: n%2 > 0}
		want = append(want, a)
		must(t, f.addArray(a))
	}
	if all, err := f.arrays(); err != nil || !reflect.DeepEqual(all, want) || !f.Submitted() {
		t.Errorf("%d arrays, %v", len(all), err)
	}
}

// TestParts: so many batches share a folder.
func TestParts(t *testing.T) {
	f := newFolder(t, Request{})
	for _, n := range []int{0, perFolder - 1, perFolder, 12 * perFolder, 1000 * perFolder} {
		list(t, f, n-n%perFolder, "a")
		list(t, f, n, "a")
		if _, err := os.Stat(f.in("events", part(n))); err != nil {
			t.Error(err)
		}
	}
	if got := strings.Join(names(t, f.in("lists")), " "); got != "000 001 012 1000" {
		t.Error(got)
	}
}

// TestSeconds: what is written as seconds is the same duration.
func TestSeconds(t *testing.T) {
	for _, d := range []time.Duration{0, time.Millisecond, time.Minute, 1500 * time.Millisecond} {
		text, err := json.Marshal(Seconds(d.Seconds()))
		must(t, err)
		var s Seconds
		if err := json.Unmarshal(text, &s); err != nil || s.Duration() != d {
			t.Errorf("%s is %s: %s, %v", d, text, s.Duration(), err)
		}
	}
}
