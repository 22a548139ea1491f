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

// names returns the names in a folder.
func names(t *testing.T, dir string) (all []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	must(t, err)
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

// TestCreate checks that Open reads what create writes, and that the folder has a copy of brood.
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
	made.Job.Begun = f.Job.Begun // without the monotonic clock
	if !reflect.DeepEqual(f, made) || !reflect.DeepEqual(f.Job.Request, request) {
		t.Errorf("opened\n%+v, made\n%+v", f, made)
	}
	own := f.Job.PID == os.Getpid() && f.Job.Every.Duration() == 2*time.Second
	if !own || f.Job.ArraySize != 1001 || f.Job.JobCount != 10000 || f.Submitted() {
		t.Errorf("%+v, submitted %v", f.Job, f.Submitted())
	}
	program, err := os.Executable()
	must(t, err)
	want, err := os.Stat(program)
	must(t, err)
	if info, err := os.Stat(f.in("brood")); err != nil || info.Size() != want.Size() || info.Mode()&0o100 == 0 {
		t.Errorf("%v, %v", info, err)
	}
	if got := strings.Join(names(t, path), " "); got != "brood events job.json lists log task.sh" {
		t.Errorf("the folder has %s", got)
	}
	must(t, f.Remove())
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the folder is not removed: %v", err)
	}
}

// TestCreateRefused checks that create does not touch existing files.
func TestCreateRefused(t *testing.T) {
	dir := t.TempDir()
	must(t, os.MkdirAll(dir+"/full/of", 0o755))
	must(t, os.WriteFile(dir+"/file", nil, 0o644))
	for name, says := range map[string]string{
		"full": "is not empty", "file": "not a directory", "none/job": "no such file or directory",
	} {
		_, err := create(dir+"/"+name, Request{}, time.Second, someLimits)
		if err == nil || err.Error() != fmt.Sprintf("job folder %q: %s", dir+"/"+name, says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := strings.Join(append(names(t, dir), names(t, dir+"/full")...), " "); got != "file full of" {
		t.Errorf("afterwards the folders have %s", got)
	}
}

// TestCreateWhereNobodyMayWrite checks the error in a folder without write permission.
func TestCreateWhereNobodyMayWrite(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("platform: root may write in any folder")
	}
	dir := t.TempDir()
	must(t, os.Chmod(dir, 0o555))
	if _, err := create(dir+"/job", Request{}, time.Second, someLimits); !errors.Is(err, fs.ErrPermission) {
		t.Error(err)
	}
}

// TestOpenRefused checks that Open rejects a folder that is not a job folder of this version.
func TestOpenRefused(t *testing.T) {
	for name, row := range map[string]struct{ job, says string }{
		"foreign":  {"", "not a job folder of brood"},
		"newer":    {`{"Format": 2, "Name": "brood-1", "Every": 3}`, "has format 2, but this brood reads format 1"},
		"no JSON":  {"{", "job.json: unexpected end of JSON input"},
		"none":     {"{}", "has format 0, but this brood reads format 1"},
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

// TestWriteIsWhole checks that a reader sees one whole version of a file while write replaces it.
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

// TestWriteFails checks that a failed write leaves nothing behind.
func TestWriteFails(t *testing.T) {
	f := newFolder(t, Request{})
	must(t, os.MkdirAll(f.in("x", "in"), 0o755))
	if err := f.write("x", []byte("1"), 0o644); err == nil {
		t.Error("write replaced a folder")
	}
	if err := f.write("none/x", []byte("1"), 0o644); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	if got := strings.Join(names(t, f.Path), " "); got != "events lists log marked x" {
		t.Errorf("afterwards the folder has %s", got)
	}
}

// TestArrays checks that readArrays returns the arrays of addArray, in order.
func TestArrays(t *testing.T) {
	f := newFolder(t, Request{})
	if all, err := f.readArrays(); err != nil || all != nil || f.Submitted() {
		t.Errorf("%v, %v", all, err)
	}
	var want []array
	for n := range 3 {
		a := array{ID: fmt.Sprint(n % 2), First: n, Tasks: make([]int, 1000*n+1)}
		a.Files, a.Bytes, a.Again = n, 1<<40, n%2 > 0
		want = append(want, a)
		must(t, f.addArray(a))
	}
	if all, err := f.readArrays(); err != nil || !reflect.DeepEqual(all, want) || !f.Submitted() {
		t.Errorf("%d arrays, %v", len(all), err)
	}
}

// TestParts checks which batches share a folder.
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

// TestSeconds checks that a duration survives JSON.
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
