package view_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/rivo/uniseg"

	"brood/internal/census"
	"brood/internal/view"
)

// someBroods has a parent with each kind of process below it, and two orphans of another user.
func someBroods() *census.Census {
	return &census.Census{Broods: []*census.Process{
		{PID: 4711, PPID: 4702, Role: census.Parent, Command: []string{"copy", "/media/card", "my\x1b[2Jvideos"},
			State: "S", Age: 62 * time.Second, CPU: 210 * time.Millisecond, RSS: 12 << 20,
			IO: &census.IO{Read: 900 << 20, Written: 3000}, Rate: 40 << 20,
			Children: []*census.Process{
				{PID: 4712, PPID: 4711, Role: census.Guardian, State: "S", RSS: 5 << 20, IO: &census.IO{}},
				{PID: 4719, PPID: 4711, Role: census.Child, Name: "copy-2", Target: "copy",
					File: "holiday/日本語の長い名前のファイル.mov", Files: 1, State: "D",
					Age: 31 * time.Second, CPU: 90 * time.Second, RSS: 10 << 20,
					IO: &census.IO{Read: 330 << 20, Written: 331 << 20}, Rate: 21 << 20,
					Children: []*census.Process{{PID: 4725, PPID: 4719, Role: census.Child,
						Name: "Process-1", Target: "sing", State: "R", IO: &census.IO{}}}},
				{PID: 4720, PPID: 4711, Role: census.Child, State: "Z", IO: &census.IO{}},
			}},
		{PID: 5011, PPID: 1, Role: census.Child, Starter: 5003, Name: "evil\x1b[31m", Target: "copy",
			File: "a\nb\u202ec\xff", Files: 3, State: "T", Age: 3 * time.Hour, RSS: 9 << 20},
		{PID: 5012, PPID: 1, Role: census.Child, Starter: 5003, Name: "folders-1", Target: "copy",
			Files: 1200, State: "S", RSS: 9 << 20},
	}}
}

// onACluster has a parent that follows a copy on a cluster, and a task of another copy on this machine.
func onACluster() *census.Census {
	type process = census.Process
	task := func(pid int, node, id, name string, files int, r census.Remote, children ...*process) *process {
		return &process{
			PID: pid, PPID: 4446, Role: census.Task, Name: name, Task: id, Node: node, File: "a.mov", Files: files,
			Age: 41 * time.Second, Rate: 40 << 20, Remote: &r, Children: children,
		}
	}
	const node = "gpu-cabinet-with-a-long-name-2"
	child := func(pid int, name, file string, files int, r census.Remote) *process {
		return &process{
			PID: pid, PPID: 13, Role: census.Child, Name: name, Node: node, File: file, Files: files,
			Age: 31 * time.Second, Rate: 20 << 20, Remote: &r,
		}
	}
	silent := census.Remote{Silent: "no progress", Size: 4 << 20}
	stuck := child(26, "evil\x1b[31m", "\x1b[2J\xff.mov", 1, silent)
	stuck.State = "D"
	return &census.Census{Broods: []*census.Process{
		{PID: 4446, PPID: 4159, Role: census.Parent, Command: []string{"follow", "/scratch/videos.job"}, State: "S",
			Age: 62 * time.Second, CPU: 210 * time.Millisecond, RSS: 12 << 20,
			IO: &census.IO{Read: 3 << 20}, Rate: 60 << 20,
			Cluster: &census.Cluster{
				Bytes: 2 << 30, Waiting: 1200, Why: "Priority\x1b[2J", More: 17, Ago: 42 * time.Second,
			},
			Children: []*census.Process{
				task(13, "n1", "81_0", "task-1", 1, census.Remote{Bytes: 800 << 20}),
				task(13, node, "81_1", "task-2", 1200, census.Remote{Bytes: 600 << 20},
					child(21, "copy-1", "holiday/日本語の長い名前のファイル.mov", 5,
						census.Remote{Nth: 3, Done: 30 << 20, Size: 40 << 20, Phase: "verifying", Bytes: 330 << 20}),
					child(22, "copy-2", "b.mov", 1, census.Remote{Done: 1 << 20, Size: 4 << 20, Bytes: 1 << 20}),
					child(23, "copy-3", "", 5, census.Remote{Nth: 1}),
					stuck),
			}},
		{PID: 5020, PPID: 5001, Role: census.Task, Name: "task-7", Task: "90_6",
			State: "S", RSS: 9 << 20, IO: &census.IO{},
			Command: []string{"task", "--batch=6", "--daemon", "--", "/data", "my\x1b[2Jdata"}},
	}}
}

func TestProcesses(t *testing.T) {
	for name, row := range map[string]struct{ columns, rows int }{
		"no terminal":  {0, 0},
		"110 columns":  {110, 0},
		"80 columns":   {80, 0},
		"60 columns":   {60, 0},
		"40 columns":   {40, 0},
		"20 columns":   {20, 0},
		"5 columns":    {5, 0},
		"4 rows":       {80, 4},
		"exactly rows": {80, 8},
		"1 row":        {80, 1},
	} {
		t.Run(name, func(t *testing.T) {
			got := view.Processes(someBroods(), row.columns, row.rows)
			wantGolden(t, name, got)
			wantToFit(t, got, row.columns, row.rows)
		})
	}
}

func TestProcessesOfACluster(t *testing.T) {
	for name, row := range map[string]struct{ columns, rows int }{
		"cluster":             {0, 0},
		"cluster 120 columns": {120, 0},
		"cluster 80 columns":  {80, 0},
		"cluster 50 columns":  {50, 0},
		"cluster 20 columns":  {20, 0},
		"cluster 8 rows":      {80, 8},
	} {
		t.Run(name, func(t *testing.T) {
			wantGolden(t, name, view.Processes(onACluster(), row.columns, row.rows))
		})
	}
}

// wantGolden fails the test unless the file of that name has the same text.
func wantGolden(t *testing.T, name, got string) {
	t.Helper()
	file := "testdata/processes/" + strings.ReplaceAll(name, " ", "_") + ".txt"
	want, err := os.ReadFile(file)
	if err != nil || got != string(want) {
		t.Errorf("%s: %v: got\n%s\nwant\n%s", file, err, got, want)
	}
}

func wantToFit(t *testing.T, text string, columns, rows int) {
	t.Helper()
	for line := range strings.Lines(text) {
		if w := uniseg.StringWidth(strings.TrimSuffix(line, "\n")); columns > 0 && w > columns {
			t.Errorf("a line has %d columns, want at most %d: %q", w, columns, line)
		}
	}
	if n := strings.Count(text, "\n"); rows > 0 && n > rows {
		t.Errorf("%d rows, want at most %d:\n%s", n, rows, text)
	}
	if strings.ContainsAny(text, "\x1b\u202e") || strings.Contains(text, "\xff") {
		t.Errorf("a name reaches the terminal without escapes: %q", text)
	}
}

func TestProcessesFitAnySize(t *testing.T) {
	for columns := 1; columns < 150; columns++ {
		for rows := range 10 {
			wantToFit(t, view.Processes(someBroods(), columns, rows), columns, rows)
			wantToFit(t, view.Processes(onACluster(), columns, rows), columns, rows)
		}
	}
}

func TestNoProcesses(t *testing.T) {
	if got := view.Processes(&census.Census{}, 0, 0); strings.Count(got, "\n") != 1 {
		t.Errorf("got %q, want only the titles", got)
	}
	var line bytes.Buffer
	if err := view.ProcessesJSON(&line, &census.Census{}); err != nil || line.String() != "[]\n" {
		t.Errorf("%v: %q", err, line.String())
	}
}

func TestProcessesJSON(t *testing.T) {
	var line bytes.Buffer
	if err := view.ProcessesJSON(&line, someBroods()); err != nil {
		t.Fatal(err)
	}
	text := line.String()
	if strings.Count(text, "\n") != 1 || strings.ContainsAny(text, "\x1b\u202e") || strings.Contains(text, "\xff") {
		t.Errorf("not one harmless line: %q", text)
	}
	var got []map[string]any
	if err := json.Unmarshal(line.Bytes(), &got); err != nil || len(got) != 3 {
		t.Fatalf("error %v, output %s", err, line.String())
	}
	child := got[0]["children"].([]any)[1].(map[string]any)
	for name, row := range map[string]struct {
		of   map[string]any
		want map[string]any
	}{
		"a parent": {got[0], map[string]any{
			"pid": 4711., "ppid": 4702., "role": "parent", "state": "S", "age": 62., "cpu": 0.21,
			"rss":   float64(12 << 20),
			"bytes": float64(1231 << 20), "read": float64(900 << 20), "written": 3000., "rate": float64(40 << 20),
			"command": []any{"copy", "/media/card", "my\x1b[2Jvideos"},
		}},
		"a child": {child, map[string]any{
			"name": "copy-2", "target": "copy", "role": "child", "files": 1., "bytes": float64(331 << 20),
			"orphan_of": nil,
		}},
		"an orphan": {got[1], map[string]any{
			"orphan_of": 5003., "bytes": nil, "rate": nil, "file": "a\nb\u202ec\ufffd", "file_base64": "YQpi4oCuY/8=",
			"children": []any{},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			for key, want := range row.want {
				if !reflect.DeepEqual(row.of[key], want) {
					t.Errorf("%s: %v, want %v", key, row.of[key], want)
				}
			}
		})
	}
}

// TestProcessesJSONOfACluster: facts that no notice tells are null, and facts of a notice appear only for processes on
// a node.
func TestProcessesJSONOfACluster(t *testing.T) {
	var line bytes.Buffer
	if err := view.ProcessesJSON(&line, onACluster()); err != nil {
		t.Fatal(err)
	}
	if text := line.String(); strings.Contains(text, "\x1b") || strings.Contains(text, "\xff") {
		t.Errorf("not harmless: %q", line.String())
	}
	var got []map[string]any
	if err := json.Unmarshal(line.Bytes(), &got); err != nil || len(got) != 2 {
		t.Fatalf("error %v, output %s", err, line.String())
	}
	below := func(of map[string]any, n int) map[string]any { return of["children"].([]any)[n].(map[string]any) }
	task := below(got[0], 1)
	for name, row := range map[string]struct{ of, want map[string]any }{
		"a follower": {got[0], map[string]any{
			"role": "parent", "node": nil, "bytes": float64(2<<30 + 3<<20), "rate": float64(60 << 20),
			"read": float64(3 << 20), "cpu": 0.21,
			"cluster": map[string]any{"waiting": 1200., "reason": "Priority\x1b[2J", "more": 17., "told": 42.},
		}},
		"a task": {task, map[string]any{
			"role": "task", "pid": 13., "ppid": 4446., "node": "gpu-cabinet-with-a-long-name-2", "task": "81_1",
			"files": 1200., "bytes": float64(600 << 20), "state": nil, "cpu": nil, "rss": nil, "read": nil,
			"written": nil, "cluster": nil,
		}},
		"a child": {below(task, 0), map[string]any{
			"role": "child", "node": "gpu-cabinet-with-a-long-name-2", "phase": "verifying", "nth": 3.,
			"done": float64(30 << 20), "size": float64(40 << 20), "bytes": float64(330 << 20),
			"rate": float64(20 << 20), "silent": nil,
		}},
		"a silent child": {below(task, 3), map[string]any{
			"silent": "no progress", "state": "D", "file_base64": "G1sySv8ubW92",
		}},
		"a task of this machine": {got[1], map[string]any{
			"role": "task", "name": "task-7", "task": "90_6", "node": nil, "cpu": 0., "read": 0.,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			for key, want := range row.want {
				if !reflect.DeepEqual(row.of[key], want) {
					t.Errorf("%s: %v, want %v", key, row.of[key], want)
				}
			}
		})
	}
}

// BenchmarkProcesses draws 5,000 children, as brood ps --watch does every few seconds.
func BenchmarkProcesses(b *testing.B) {
	c := &census.Census{Broods: []*census.Process{{PID: 1, Role: census.Parent, Command: []string{"copy"}}}}
	for i := range 5000 {
		c.Broods[0].Children = append(c.Broods[0].Children, &census.Process{PID: i + 2, PPID: 1, Role: census.Child,
			Name: fmt.Sprint("copy-", i), File: strings.Repeat("ファイル", 20), Files: 1, IO: &census.IO{}})
	}
	for b.Loop() {
		view.Processes(c, 100, 0)
	}
}
