package view_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/rivo/uniseg"

	"brood/internal/event"
	"brood/internal/status"
	"brood/internal/view"
)

// ofCluster is the record of a run on three nodes. Processes of different nodes have the same PIDs. One node fails,
// and its task is tried again on another node.
func ofCluster(t *testing.T) string {
	t.Helper()
	record, err := os.ReadFile("../report/testdata/cluster.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	return string(record)
}

func TestReportOfACluster(t *testing.T) {
	const want = `partly copied "/project/raw" to "/archive/raw"
  files     11, 444 MiB
  verified  11 by xxh128
  skipped   1
  failed    1
  retried   1
  tasks     5, on 3 nodes
  children  15, at most 6 at once
  time      12.500 s, 36 MiB/s

failed files
  "run-2/take-08.mov": write: no space left on device (copy-8@n3)
to copy only these again, with the other flags of this run:
  brood copy --retry-failed run.jsonl

time line: 12.500 s, 0.169 s per column
  n1       ──────────────────────────── ───────────────────────────
   1        ██████▒▓▓▓▓                  ██████▓▓▓▓ ████████▒▓▓▓▓▓
   2        █████▓▓▓▓█████████▒▓▓▓▓▓▓▓   ████████▒▓▓▓▓▓▓
  n2         ───────────────────────────────x
   1         ███▓▓▓█████████████████████████x
   2         ███████████████████████████████x
  n3             ─────────────────────────────       ─────────────────────────
   1              ████▓▓▓ ██████████▒▓▓▓▓▓▓▓▓         █████████████▒▓▓▓▓▓▓▓▓▓
   2              ███████                             ██████████▒▓▓▓▓▓▓▓▓
      ─ a task  █ at work  ▒ syncing  ▓ verifying  x lost

slowest files
      3.680 s     56 MiB  copy-15@n3  "run-2/take-06.mov"
      3.280 s     32 MiB  copy-9@n3   "run-3/take-09.mov"
      3.080 s     40 MiB  copy-14@n3  "run-2/take-05.mov"
      2.880 s     64 MiB  copy-3@n1   "run-1/take-03.mov"
      2.480 s     20 MiB  copy-12@n1  "run-3/take-12.mov"
      2.380 s     64 MiB  copy-11@n1  "run-3/take-11.mov"
      1.880 s     48 MiB  copy-1@n1   "run-1/take-01.mov"
      1.680 s     48 MiB  copy-10@n1  "run-3/take-10.mov"
      1.380 s     32 MiB  copy-2@n1   "run-1/take-02.mov"
      1.180 s     24 MiB  copy-7@n3   "run-2/take-07.mov"

family
100 brood  started by pid 99
├─ 4711@n1 task-1 (81_0)  1.000–5.600 s · 3 files · exit code 0 · "run…-01.mov"
│  ├─ 4719@n1 copy-1  1.100–3.000 s · exit code 0 · "run-1/take-01.mov"
│  ├─ 4720@n1 copy-2  1.150–2.550 s · exit code 0 · "run-1/take-02.mov"
│  └─ 4723@n1 copy-3  2.600–5.500 s · exit code 0 · "run-1/take-03.mov"
├─ 4711@n2 task-2 (81_1)  1.200–6.500 s · 3 files · lost: NODE_FAIL · 1 to be tr
│  ├─ 4719@n2 copy-4  1.300–2.200 s · exit code 0 · "run-1/take-04.mov"
│  ├─ 4720@n2 copy-5  1.350–6.500 s · lost: its node has failed · "run…-05.mov"
│  └─ 4721@n2 copy-6  2.250–6.500 s · lost: its node has failed · "run…-06.mov"
├─ 912@n3 task-3 (81_2)  2.000–6.900 s · 3 files · exit code 0 · "run…e-07.mov"
│  ├─ 930@n3 copy-7  2.100–3.300 s · exit code 0 · "run-2/take-07.mov"
│  ├─ 931@n3 copy-8  2.120–3.220 s · 1 failed · exit code 1 · "run-…ake-08.mov"
│  └─ 4719@n3 copy-9  3.400–6.700 s · exit code 0 · "run-3/take-09.mov"
├─ 4811@n1 task-4 (81_3)  5.900–10.400 s · 3 files · exit code 0 · "ru…-10.mov"
│  ├─ 4819@n1 copy-10  6.000–7.700 s · exit code 0 · "run-3/take-10.mov"
│  ├─ 4820@n1 copy-11  6.050–8.450 s · exit code 0 · "run-3/take-11.mov"
│  └─ 4823@n1 copy-12  7.800–10.300 s · exit code 0 · "run-3/take-12.mov"
└─ 4711@n3 task-2 (81_1)  8.100–12.200 s · 3 files · exit code 0 · "ru…-04.mov"
   ├─ 4718@n3 copy-13  8.200–8.320 s · exit code 0 · "run-1/take-04.mov"
   ├─ 4719@n3 copy-14  8.250–11.350 s · exit code 0 · "run-2/take-05.mov"
   └─ 4720@n3 copy-15  8.350–12.050 s · exit code 0 · "run-2/take-06.mov"
`
	var out strings.Builder
	if err := view.Report(&out, recorded(t, ofCluster(t)), "en", 80, "run.jsonl"); err != nil {
		t.Fatal(err)
	}
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}

// manyTasks is a run with a node for each task. The children of a task run one after another.
func manyTasks(tasks, children int) *status.Timeline {
	var tl status.Timeline
	begun := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	at := func(ms int, e event.Event) {
		e.Time = begun.Add(time.Duration(ms) * time.Millisecond)
		tl.Apply(e)
	}
	at(0, event.Event{Kind: event.Begun, PID: 1, Source: "a", Dest: "b"})
	for n := range tasks {
		task := event.Event{Kind: event.Started, Name: fmt.Sprint("task-", n), PID: 20, PPID: 1}
		task.Node, task.Task = fmt.Sprintf("a-very-long-node-name-%03d", n), fmt.Sprint("81_", n)
		at(10, task)
		for c := range children {
			child := event.Event{Kind: event.Started, PID: 21, PPID: 20, Node: task.Node, File: "f"}
			child.Name = fmt.Sprintf("copy-%d-%d", n, c)
			at(20+10*c, child)
			child.Kind, child.ExitCode = event.Exited, new(0)
			at(29+10*c, child)
		}
		task.Kind, task.ExitCode = event.Exited, new(0)
		at(30+10*children, task)
	}
	at(40+10*children, event.Event{Kind: event.Finished, Totals: &event.Totals{}})
	return &tl
}

// TestReportOfManyTasks: a child in trouble is listed below its task, and no line is too wide.
func TestReportOfManyTasks(t *testing.T) {
	tl := manyTasks(50, 10)
	for _, l := range tl.Lives {
		if l.Name == "copy-45-7" {
			l.ExitCode = new(3)
		}
	}
	for columns := 40; columns < 130; columns += 9 {
		var out strings.Builder
		if err := view.Report(&out, tl, "en", columns, "run.jsonl"); err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(out.String(), "\n") {
			if n := uniseg.StringWidth(line); n > columns {
				t.Fatalf("a line has %d columns, want at most %d: %q", n, columns, line)
			}
		}
		_, family, _ := strings.Cut(out.String(), "family\n")
		task, after, _ := strings.Cut(family, "20@a-ver…e-name-045 task-45")
		if task == family || !strings.Contains(strings.SplitN(after, "\n", 3)[1], "21@a-ver…e-name-045 copy") {
			t.Errorf("the child in trouble is not below its task:\n%s", family)
		}
		if !strings.Contains(after, "│  └─ … and 9 more") {
			t.Errorf("the other children of the task are not counted:\n%s", family)
		}
	}
}

// TestFamilyOfACluster: node and PID together identify a process.
func TestFamilyOfACluster(t *testing.T) {
	var f status.Family
	for _, e := range []event.Event{
		{Kind: event.Started, Name: "brood", PID: 10, PPID: 7},
		{Kind: event.Started, Name: "task-1", PID: 20, PPID: 10, Node: "n1", Task: "81_0"},
		{Kind: event.Started, Name: "task-2", PID: 20, PPID: 10, Node: "n2", Task: "81_1"},
		{Kind: event.Started, Name: "copy-1", PID: 10, PPID: 20, Node: "n1"},
		{Kind: event.Started, Name: "copy-2", PID: 21, PPID: 20, Node: "n2"},
		{Kind: event.Exited, Name: "copy-2", PID: 21, Node: "n2", Reason: "its node\nhas failed"},
	} {
		f.Apply(e)
	}
	for _, row := range []struct {
		words view.FamilyWords
		want  string
	}{{view.EnglishFamily, `A 10 brood  started by pid 7 · not reaped by the family
├─ B 20@n1 task-1  started by A · not reaped by the family
│  └─ D 10@n1 copy-1  started by B · not reaped by the family
└─ C 20@n2 task-2  started by A · not reaped by the family
   └─ E 21@n2 copy-2  started by C · lost: "its node\nhas failed"
`}, {view.ChineseFamily, `A 10 brood  由 PID 7 启动 · 未被家族成员回收
├─ B 20@n1 task-1  由 A 启动 · 未被家族成员回收
│  └─ D 10@n1 copy-1  由 B 启动 · 未被家族成员回收
└─ C 20@n2 task-2  由 A 启动 · 未被家族成员回收
   └─ E 21@n2 copy-2  由 C 启动 · 丢失："its node\nhas failed"
`}} {
		var got strings.Builder
		if err := view.Family(&got, &f, row.words, 0); err != nil || got.String() != row.want {
			t.Errorf("error %v\n%s\nwant\n%s", err, got.String(), row.want)
		}
	}
}

// TestFamilyOfReusedPIDs: the tree ends, even if a grandchild has the PID of its grandparent.
func TestFamilyOfReusedPIDs(t *testing.T) {
	var f status.Family
	for _, e := range []event.Event{
		{Kind: event.Started, Name: "a", PID: 1, PPID: 9},
		{Kind: event.Started, Name: "b", PID: 2, PPID: 1},
		{Kind: event.Started, Name: "c", PID: 1, PPID: 2},
	} {
		f.Apply(e)
	}
	const want = `A 1 a  started by pid 9 · not reaped by the family
└─ B 2 b  started by A · not reaped by the family
   └─ C 1 c  started by B · not reaped by the family
`
	var got strings.Builder
	if err := view.Family(&got, &f, view.EnglishFamily, 0); err != nil || got.String() != want {
		t.Errorf("error %v\n%s\nwant\n%s", err, got.String(), want)
	}
}

// TestTraceOfACluster: each process has its own number, its node in its name, and an arrow from its parent.
func TestTraceOfACluster(t *testing.T) {
	var out strings.Builder
	if err := view.Trace(&out, recorded(t, ofCluster(t))); err != nil {
		t.Fatal(err)
	}
	var trace struct {
		TraceEvents []struct {
			Name, Cat, Ph string
			PID, ID       int
			Args          map[string]any
		}
	}
	if err := json.Unmarshal([]byte(out.String()), &trace); err != nil {
		t.Fatal(err)
	}
	names, from, arrows := map[int]string{}, map[int]int{}, map[string]string{}
	for _, e := range trace.TraceEvents {
		switch {
		case e.Name == "process_name" && names[e.PID] != "":
			t.Errorf("the number %d is both %s and %s", e.PID, names[e.PID], e.Args["name"])
		case e.Name == "process_name":
			names[e.PID] = e.Args["name"].(string)
		case e.Ph == "s":
			from[e.ID] = e.PID
		case e.Ph == "f":
			arrows[names[e.PID]] = names[from[e.ID]]
		case e.Cat == "process" && e.Name == "copy-5":
			if e.Args["node"] != "n2" || e.Args["lost"] != "its node has failed" {
				t.Errorf("copy-5 has %v", e.Args)
			}
		}
	}
	if len(names) != 21 {
		t.Errorf("%d processes, want the parent, 5 tasks and 15 children: %v", len(names), names)
	}
	for name, want := range map[string]string{
		"task-1@n1": "brood", "copy-1@n1": "task-1@n1", "copy-4@n2": "task-2@n2", "copy-9@n3": "task-3@n3",
		"copy-15@n3": "task-2@n3",
	} {
		if arrows[name] != want {
			t.Errorf("%s was started by %q, want %s", name, arrows[name], want)
		}
	}
}

// TestSVGOfACluster: each label has its node, and each task is above its children. Many processes share rows by slot.
func TestSVGOfACluster(t *testing.T) {
	for _, row := range []struct {
		tl   *status.Timeline
		want string // the labels
	}{
		{recorded(t, ofCluster(t)), "100 brood,4711@n1 task-1,\u20034719@n1 copy-1,\u20034720@n1 copy-2," +
			"\u20034723@n1 copy-3,4711@n2 task-2,\u20034719@n2 copy-4,"},
		{manyTasks(3, 50), "1 brood,a-very-long-node-name-000,a-very-long-node-name-001,a-very-long-node-name-002"},
	} {
		var out strings.Builder
		if err := view.SVG(&out, row.tl, "en"); err != nil {
			t.Fatal(err)
		}
		var labels []string
		for d := xml.NewDecoder(strings.NewReader(out.String())); ; {
			token, err := d.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			e, ok := token.(xml.StartElement)
			var text string
			if !ok || e.Name.Local != "text" {
				continue
			}
			if err := d.DecodeElement(&text, &e); err != nil {
				t.Fatal(err)
			}
			if len(e.Attr) == 3 && e.Attr[0].Value == "8.0" && e.Attr[2].Value == "11" {
				labels = append(labels, text)
			}
		}
		if got := strings.Join(labels, ","); !strings.HasPrefix(got, row.want) {
			t.Errorf("labels\n%s, want\n%s", got, row.want)
		}
	}
}
