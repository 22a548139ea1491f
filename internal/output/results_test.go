//go:build unix

package output_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"brood/internal/output"
)

// object is JSON as a reader gets it.
type object = map[string]any

// Each item has a folder with its output, what it was and how it ended. The output is printed as well.
func TestResultsFolder(t *testing.T) {
	for _, mode := range []output.Mode{output.Grouped, output.Lines} {
		for _, ordered := range []bool{false, true} {
			t.Run(fmt.Sprint("mode ", mode, ", ordered ", ordered), func(t *testing.T) {
				dir := t.TempDir() + "/new/results"
				b := newBench(t, output.Options{Mode: mode, Ordered: ordered, Results: dir, Delay: delay}, "pipe")
				b.run(output.Item{Seq: 2, Name: "two", Tag: "2"}, "seq 10000; echo e >&2")
				b.start(output.Item{Seq: 1, Name: "one"}, "echo first; exit 1").end(false)
				b.run(output.Item{Seq: 1, Name: "one", Argv: []string{"sh", "-c", "x"}}, "printf a; exit 3")
				check(t, b.Close())
				wantFolder(t, dir+"/000001-one", "a", "", object{"seq": 1., "item": "one", "exitcode": 3.,
					"argv": []any{"sh", "-c", "x"}, "duration": 0., "user": 0., "system": 0.})
				wantFolder(t, dir+"/000002-two", numbers(1, 10000), "e\n", object{"seq": 2., "item": "two", "exitcode": 0.,
					"argv": nil, "duration": 0., "user": 0., "system": 0.})
				same(t, "standard error", b.err.all(), "2\te\n")
				if got := b.out.all(); !strings.Contains(got, tagged("2", 1, 10000)) || !strings.Contains(got, "a") {
					t.Errorf("standard output is %s", brief(got))
				}
			})
		}
	}
}

func wantFolder(t *testing.T, dir, out, err string, item object) {
	t.Helper()
	same(t, dir+"/stdout", string(must(os.ReadFile(dir+"/stdout"))(t)), out)
	same(t, dir+"/stderr", string(must(os.ReadFile(dir+"/stderr"))(t)), err)
	got := object{}
	check(t, json.Unmarshal(must(os.ReadFile(dir+"/item.json"))(t), &got))
	if !reflect.DeepEqual(got, item) {
		t.Errorf("%s/item.json has %v, want %v", dir, got, item)
	}
	if names := namesIn(t, dir); len(names) != 3 {
		t.Errorf("%s has %q, want 3 files", dir, names)
	}
}

func namesIn(t *testing.T, dir string) (names []string) {
	t.Helper()
	for _, e := range must(os.ReadDir(dir))(t) {
		names = append(names, e.Name())
	}
	return names
}

// An item whose command has not ended for the last time has no item.json, also after an earlier run that had one.
func TestResultsUnfinished(t *testing.T) {
	for _, mode := range []output.Mode{output.Grouped, output.Lines} {
		dir := t.TempDir()
		o := output.Options{Mode: mode, Results: dir, Delay: delay}
		b := newBench(t, o, "file")
		b.run(output.Item{Seq: 1}, "seq 100")
		check(t, b.Close())

		b = newBench(t, o, "file")
		hold := newGate(t)
		c := b.startWith(output.Item{Seq: 1}, hold, "echo new; read x <&3")
		eventually(t, func() bool { return string(must(os.ReadFile(dir+"/000001/stdout"))(t)) == "new\n" },
			func() string { return "no new output" })
		want := "[stderr stdout]"
		if names := namesIn(t, dir+"/000001"); fmt.Sprint(names) != want {
			t.Errorf("while the command runs: %q, want %s", names, want)
		}
		hold.open()
		c.end(false)
		if names := namesIn(t, dir+"/000001"); fmt.Sprint(names) != want {
			t.Errorf("before the next attempt: %q, want %s", names, want)
		}
		check(t, b.Close())
	}
}

// An old descendant that still has the files of an earlier attempt cannot write into the new ones.
func TestResultsOfNewAttemptAreNew(t *testing.T) {
	dir := t.TempDir()
	b := newBench(t, output.Options{Results: dir}, "file")
	hold := newGate(t)
	done := filepath.Join(t.TempDir(), "done")
	b.startWith(output.Item{Seq: 1}, hold, `{ read x <&3; echo late; : >"$1"; } & echo one`, done).end(false)
	b.run(output.Item{Seq: 1}, "echo two")
	hold.open()
	eventually(t, func() bool { _, err := os.Stat(done); return err == nil }, func() string { return "no end" })
	same(t, "stdout", string(must(os.ReadFile(dir+"/000001/stdout"))(t)), "two\n")
	b.finish("two\n", "")
}

// Any name makes a folder that people recognize.
func TestResultsNames(t *testing.T) {
	for name, want := range map[string]string{
		"":                        "000007",
		"a.mov":                   "000007-a.mov",
		"../../etc/passwd":        "000007-.._.._etc_passwd",
		"/":                       "000007-_",
		"..":                      "000007-..",
		"a b\tc\n\x00d":           "000007-a_b_c__d",
		"\xff\xfe":                "000007-__",
		"影片 é":                    "000007-影片_é",
		"C:\\x*?<>|\"":            "000007-C__x______",
		strings.Repeat("x", 4000): "000007-" + strings.Repeat("x", 100),
		strings.Repeat("影", 4000): "000007-" + strings.Repeat("影", 33),
	} {
		dir := t.TempDir()
		b := newBench(t, output.Options{Results: dir}, "file")
		b.run(output.Item{Seq: 7, Name: name}, "echo a")
		b.finish("a\n", "")
		if got := namesIn(t, dir); len(got) != 1 || got[0] != want {
			t.Errorf("the folder for %q is %q, want %q", name, got, want)
		}
	}
}

// Each item has a line with everything. Bytes that a JSON string cannot have are there as base64.
func TestResultsLines(t *testing.T) {
	start := time.Date(2026, 1, 2, 3, 4, 5, 6000000, time.UTC)
	for _, mode := range []output.Mode{output.Grouped, output.Lines} {
		file := t.TempDir() + "/results.jsonl"
		b := newBench(t, output.Options{Mode: mode, Results: file, Delay: delay}, "pipe")
		c := b.start(output.Item{Seq: 1, Name: "a\xff", Argv: []string{"x<y", "b\xfe"}}, `echo '<é>'; printf 'e\000' >&2`)
		c.wait()
		check(t, c.Close(output.End{ExitCode: -9, Signal: "SIGKILL", Error: "timeout", Start: start,
			Duration: 1500 * time.Millisecond, User: time.Second, System: time.Millisecond, MaxRSS: 4096}, true))
		b.start(output.Item{Seq: 2}, "true").end(false)
		b.run(output.Item{Seq: 2, Name: "b"}, `printf '\377'; seq 10000 >&2`)
		b.finish("<é>\n\xff", "e\x00"+separator(mode)+numbers(1, 10000))
		wantJSON(t, file, []object{
			{"seq": 1., "item": "a\ufffd", "item_base64": "Yf8=", "argv": []any{"x<y", "b\ufffd"},
				"argv_base64": []any{"eDx5", "Yv4="}, "exitcode": -9., "signal": "SIGKILL", "error": "timeout",
				"start": "2026-01-02T03:04:05.006Z", "duration": 1.5, "user": 1., "system": .001, "maxrss": 4096.,
				"stdout": "<é>\n", "stderr": "e\x00"},
			{"seq": 2., "item": "b", "argv": nil, "exitcode": 0., "duration": 0., "user": 0., "system": 0.,
				"stdout_base64": "/w==", "stderr": numbers(1, 10000)},
		})
	}
}

// separator comes between outputs where the first has no newline at its end.
func separator(mode output.Mode) string {
	if mode == output.Lines {
		return "\n"
	}
	return ""
}

func wantJSON(t *testing.T, file string, want []object) {
	t.Helper()
	text := string(must(os.ReadFile(file))(t))
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if len(lines) != len(want) || !strings.HasSuffix(text, "\n") {
		t.Fatalf("%s has %d lines, want %d: %s", file, len(lines), len(want), brief(text))
	}
	for i, line := range lines {
		got := object{}
		check(t, json.Unmarshal([]byte(line), &got))
		if !reflect.DeepEqual(got, want[i]) {
			t.Errorf("line %d is %s, want %v", i+1, brief(line), want[i])
		}
	}
}

// Another run adds to the file. A line that a killed run has not finished stays apart.
func TestResultsLinesAppend(t *testing.T) {
	file := t.TempDir() + "/results.jsonl"
	check(t, os.WriteFile(file, []byte(`{"seq":1}`+"\n"+`{"seq":2,"it`), 0o600))
	b := newBench(t, output.Options{Results: file}, "file")
	var all sync.WaitGroup
	for seq := 3; seq <= 20; seq++ {
		c := b.start(output.Item{Seq: seq}, "seq 5000")
		all.Go(func() {
			if err := c.Close(c.wait(), true); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	check(t, b.Close())
	lines := strings.Split(string(must(os.ReadFile(file))(t)), "\n")
	if len(lines) != 21 || lines[0] != `{"seq":1}` || lines[1] != `{"seq":2,"it` {
		t.Fatalf("%d lines, want 20 and an end: %s", len(lines), brief(strings.Join(lines, "\n")))
	}
	for _, line := range lines[2:20] {
		if !json.Valid([]byte(line)) {
			t.Errorf("no JSON: %s", brief(line))
		}
	}
}

// An output that is too large for a line is printed all the same.
func TestResultsLineTooLong(t *testing.T) {
	file := t.TempDir() + "/results.jsonl"
	b := newBench(t, output.Options{Results: file}, "file")
	c := b.start(output.Item{Seq: 1}, "head -c 67108865 /dev/zero")
	err := c.Close(c.wait(), true)
	want := fmt.Sprintf("item 1: results in %q: standard output: 67108865 bytes, a line holds at most 67108864; "+
		"a folder holds more", file)
	if err == nil || err.Error() != want {
		t.Errorf("Close returns %v, want %s", err, want)
	}
	b.finish(strings.Repeat("\x00", 67108865), "")
	same(t, file, string(must(os.ReadFile(file))(t)), "")
}

// Results that cannot be stored are an error of the item. Its output is printed all the same.
func TestResultsFolderGone(t *testing.T) {
	dir := t.TempDir()
	b := newBench(t, output.Options{Results: dir}, "file")
	c := b.start(output.Item{Seq: 1}, "echo a")
	check(t, os.RemoveAll(dir+"/000001"))
	err := c.Close(c.wait(), true)
	if want := `item 1: results in "` + dir + `": no such file or directory`; err == nil || err.Error() != want {
		t.Errorf("Close returns %v, want %s", err, want)
	}
	b.finish("a\n", "")
}
