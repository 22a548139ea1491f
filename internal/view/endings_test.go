package view_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"
	"github.com/rivo/uniseg"

	"brood/internal/event"
	"brood/internal/view"
)

// leveled is an output that marks lines from warnings on.
type leveled struct{ strings.Builder }

func (w *leveled) LevelWrite(level hclog.Level, p []byte) (int, error) {
	if level >= hclog.Warn {
		w.WriteString(strings.ToUpper(level.String()[:1]) + " ")
	}
	return w.Write(p)
}

// endingsOf returns what people read of recorded events on a terminal of that width.
func endingsOf(t *testing.T, recorded string, columns int, color bool) string {
	t.Helper()
	var out leveled
	s := view.Endings{
		To:    &out,
		Size:  func() (int, int) { return columns, 24 },
		Color: func() bool { return color },
		Mute:  func() bool { return false },
	}
	for _, e := range read(t, recorded) {
		s.Read(e)
	}
	return out.String()
}

// familyRun is a run in which one child is killed, one fails and one has several items.
const familyRun = `{"time":"2026-03-01T12:00:00Z","kind":"begun","version":2,"pid":4711,"ppid":4702,"source":"videos","dest":"/tmp/videos","slots":2}
{"kind":"started","name":"copy-1","pid":4719,"ppid":4711,"file":"blink.mp4","items":1}
{"kind":"started","name":"copy-2","pid":4720,"ppid":4711,"file":"holiday/sunrise.mp4","items":1}
{"kind":"progress","name":"copy-1","pid":4719,"file":"blink.mp4","bytes":5,"size":10}
{"kind":"copied","name":"copy-1","pid":4719,"file":"blink.mp4","bytes":5035,"method":"reflink"}
{"kind":"exited","name":"copy-1","pid":4719,"file":"blink.mp4","exitcode":0,"bytes":5035,"duration":0.0041}
{"kind":"started","name":"copy-3","pid":4731,"ppid":4711,"file":"唱歌.mp4","items":25}
{"kind":"failed","name":"copy-2","pid":4720,"file":"holiday/sunrise.mp4","error":"write: no space left on device"}
{"kind":"exited","name":"copy-2","pid":4720,"file":"holiday/sunrise.mp4","exitcode":1,"bytes":314298,"duration":0.006}
{"kind":"exited","name":"copy-3","pid":4731,"file":"唱歌.mp4","exitcode":-9,"signal":"SIGKILL","bytes":319487,"duration":125.5}
{"kind":"started","name":"folders-1","pid":104739,"ppid":4711,"file":".","items":1}
{"kind":"made","name":"folders-1","pid":104739,"file":"."}
{"kind":"exited","name":"folders-1","pid":104739,"file":".","exitcode":0,"duration":0.003}
{"kind":"finished","files":1,"bytes":5035,"duration":126,"failed":1,"children":4}
`

// TestEndings: each child that has ended has a line, and what is wrong stays visible.
func TestEndings(t *testing.T) {
	const want = `brood: parent started: PID 4711, child of PID 4702, at most 2 children at once
PID         PPID      TIME     BYTES  NAME        FILE
4719        4711   0.004 s   4.9 KiB  copy-1      blink.mp4
E brood: not copied: "holiday/sunrise.mp4": write: no space left on device (copy-2 4720)
4720        4711   0.006 s   307 KiB  copy-2      holiday/sunrise.mp4: exit code 1
4731        4711      2:06   312 KiB  copy-3      唱歌.mp4 and 24 more: killed by SIGKILL (-9)
104739      4711   0.003 s       0 B  folders-1   .
brood: parent finished: PID 4711 has waited for 4 children
`
	if got := endingsOf(t, familyRun, 100, false); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestEndingsOfACluster: a PID has its node, and a task has a line of its own.
func TestEndingsOfACluster(t *testing.T) {
	const record = `{"time":"2026-03-01T12:00:00Z","kind":"begun","version":2,"pid":40,"source":"a","dest":"b"}
{"kind":"submitted","array":"81","tasks":2,"items":500,"size":4194304}
{"kind":"pending","tasks":2,"reason":"Resources"}
{"kind":"pending","reason":"Slurm answers again"}
{"kind":"started","name":"task-1","node":"n1","task":"81_0","pid":41,"ppid":40,"file":"a.mov","items":250}
{"kind":"started","name":"copy-1","node":"n1","pid":49,"ppid":41,"file":"a.mov","items":1}
{"kind":"exited","name":"copy-1","node":"n1","pid":49,"file":"a.mov","exitcode":0,"bytes":10,"duration":1}
{"kind":"exited","name":"task-1","node":"n1","task":"81_0","pid":41,"file":"a.mov","exitcode":0,"bytes":10,"duration":2}
{"kind":"started","name":"task-2","node":"n2","task":"81_1","pid":41,"ppid":40,"file":"b.mov","items":250}
{"kind":"exited","name":"task-2","node":"n2","task":"81_1","pid":41,"file":"b.mov","reason":"NODE_FAIL"}
{"kind":"retried","name":"task-2","node":"n2","task":"81_1","pid":41,"file":"b.mov","error":"NODE_FAIL","attempt":1,"delay":90}
`
	const want = `brood: parent started: PID 40
brood: tasks submitted: 2 in array 81, 500 files, 4.0 MiB
brood: tasks wait: 2 (Resources)
brood: cluster: Slurm answers again
PID            PPID      TIME     BYTES  NAME        FILE
49@n1            41   1.000 s      10 B  copy-1      a.mov
41@n1            40   2.000 s      10 B  task-1      81_0, a.mov and 249 more
W brood: task lost: "b.mov": NODE_FAIL (task-2 41@n2)
W brood: will be tried again: "b.mov": NODE_FAIL (task-2 41@n2), attempt 2 in 1 min 30 s
`
	if got := endingsOf(t, record, 100, false); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestEndingsTell: people read of each event that a log has with the level Info or above, and of no other.
func TestEndingsTell(t *testing.T) {
	for event, want := range map[string]string{
		`{"kind":"begun","pid":40,"ppid":2,"source":"a b","dest":"c","slots":1,"verify":true}`:                                  `brood: parent started: PID 40, child of PID 2, one child at a time`,
		`{"kind":"begun","pid":40,"ppid":2,"source":"a","dest":"c","slots":2,"dry_run":true}`:                                   `brood: parent started: PID 40, child of PID 2`,
		`{"kind":"limited","slots":100,"asked":500,"reason":"RLIMIT_NPROC"}`:                                                    `W brood: fewer children at once: 100 instead of 500 (RLIMIT_NPROC)`,
		`{"kind":"limited","slots":1000,"reason":"RLIMIT_NPROC"}`:                                                               `W brood: fewer children at once: 1,000 (RLIMIT_NPROC)`,
		`{"kind":"adjusted","slots":4,"reason":"182 MiB/s with 4"}`:                                                             `brood: number of children changed: 4 (182 MiB/s with 4)`,
		`{"kind":"adjusted","slots":8,"trying":true,"reason":"x"}`:                                                              ``,
		`{"kind":"measured","items":3,"size":4}`:                                                                                ``,
		`{"kind":"retried","file":"a.mov","error":"fork: x"}`:                                                                   ``,
		`{"kind":"silent","name":"copy-1","pid":41,"file":"a","reason":"no progress"}`:                                          ``,
		`{"kind":"stalled","name":"copy-1","pid":41,"file":"a","reason":"no progress for 1m0s","state":"D","wchan":"rpc_wait"}`: `W brood: child stalled: "a": no progress for 1m0s (copy-1 41, state D rpc_wait)`,
		`{"kind":"failed","file":"\u001b[2J","error":"a\nb"}`:                                                                   `E brood: not copied: "\x1b[2J": "a\nb"`,
		`{"kind":"stopping","signal":"SIGINT","reason":"no more"}`:                                                              `W brood: stopping after SIGINT: no more`,
		`{"kind":"stopping","reason":"3 failed (--max-errors 3)"}`:                                                              `W brood: stopping: 3 failed (--max-errors 3)`,
		`{"kind":"skipped","file":"p","reason":"named pipe"}`:                                                                   `W brood: skipped: "p": named pipe`,
		`{"kind":"skipped","file":"p","reason":"exists"}`:                                                                       ``,
		`{"kind":"copied","name":"copy-1","pid":41,"file":"a","bytes":1,"retries":1}`:                                           `W brood: copied again, since the copy differed when read back: "a" (copy-1 41)`,
		`{"kind":"exited","name":"copy-1","pid":41,"file":"a","error":"it did not end"}`:                                        `E brood: child abandoned: "a": it did not end (copy-1 41)`,
		`{"kind":"finished","losses":{"owner":2,"ACL":1},"children":3,"abandoned":2}`:                                           "W brood: not kept: ACL of 1 file\nW brood: not kept: owner of 2 files\nbrood: parent finished: PID 0 has waited for its child, and has abandoned 2",
		`{"kind":"finished","children":0}`:                                                                                      "brood: parent finished: PID 0 has started no child",
		`{"kind":"rested"}`:                                                                                                     ``,
	} {
		if got := strings.TrimSuffix(endingsOf(t, event+"\n", 80, false), "\n"); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	compared := `{"kind":"begun","pid":40,"source":"a","dest":"c","verify":true}` + "\n" +
		`{"kind":"failed","file":"a","error":"open: x"}` + "\n"
	if got := endingsOf(t, compared, 80, true); !strings.HasSuffix(got, "E brood: \x1b[31mnot compared\x1b[m: \"a\": open: x\n") {
		t.Errorf("got %q, want a red line", got)
	}
}

// TestEndingsFit: no line of the table is wider than the terminal has become, the columns stay those of the titles,
// and the PID never goes.
func TestEndingsFit(t *testing.T) {
	for columns := 10; columns < 130; columns++ {
		for line := range strings.Lines(endingsOf(t, familyRun, columns, false)) {
			if n := uniseg.StringWidth(strings.TrimSuffix(line, "\n")); n > columns && !strings.Contains(line, "brood: ") {
				t.Errorf("%d columns on %d: %s", n, columns, line)
			}
		}
		if got := endingsOf(t, familyRun, columns, false); !strings.Contains(got, "\n4719 ") {
			t.Errorf("on %d columns the PID is missing:\n%s", columns, got)
		}
	}
	for columns, titles := range map[int]string{80: "PID         PPID      TIME     BYTES  NAME        FILE\n",
		60: "PID         PPID     BYTES  NAME        FILE\n", 50: "PID         PPID  NAME        FILE\n",
		34: "PID         PPID  FILE\n", 30: "PID      FILE\n"} {
		if got := endingsOf(t, familyRun, columns, false); !strings.Contains(got, titles) {
			t.Errorf("on %d columns the titles are not %s:\n%s", columns, titles, got)
		}
	}
	var out leveled
	columns := 100
	s := view.Endings{To: &out, Size: func() (int, int) { return columns, 24 }, Color: no, Mute: no}
	child := event.Event{Kind: event.Exited, Name: "copy-1", PID: 41, File: "holiday/sunrise.mp4", ExitCode: new(0)}
	for _, columns = range []int{100, 60, 200} {
		s.Read(child)
	}
	const want = `PID         PPID      TIME     BYTES  NAME        FILE
41             -   0.000 s       0 B  copy-1      holiday/sunrise.mp4
41             -   0.000 s       0 B  copy-1      hol…se.mp4
41             -   0.000 s       0 B  copy-1      holiday/sunrise.mp4
`
	if out.String() != want {
		t.Errorf("after a change of the width: got\n%s\nwant\n%s", out.String(), want)
	}
}

// BenchmarkChild measures what it costs to tell of a child, by the log and by the table.
func BenchmarkChild(b *testing.B) {
	child := event.Event{Name: "copy-1", PID: 4719, PPID: 4711, File: "holiday/sunrise.mp4", Items: 1, Bytes: 5035}
	code := 0
	var events []event.Event
	for _, kind := range []event.Kind{event.Started, event.Progress, event.Copied, event.Exited} {
		if child.Kind = kind; kind == event.Exited {
			child.ExitCode = &code
		}
		events = append(events, child)
	}
	table := view.Endings{
		To: discard{}, Size: func() (int, int) { return 100, 24 }, Color: no, Mute: no,
	}
	table.Read(event.Event{Kind: event.Begun})
	for name, tell := range map[string]func(event.Event){
		"log": view.Log(hclog.New(&hclog.LoggerOptions{Output: discard{}})), "table": table.Read,
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for _, e := range events {
					tell(e)
				}
			}
		})
	}
}

// TestEndingsMuted: while the terminal stops who writes, only what is wrong is written.
func TestEndingsMuted(t *testing.T) {
	var out leveled
	s := view.Endings{To: &out, Size: func() (int, int) { return 80, 24 }, Color: no, Mute: func() bool { return true }}
	for _, e := range read(t, familyRun) {
		s.Read(e)
	}
	if got := out.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, "not copied") {
		t.Errorf("got\n%s\nwant the failure alone", got)
	}
}

func no() bool { return false }

type discard struct{}

func (discard) Write(p []byte) (int, error)                         { return len(p), nil }
func (discard) LevelWrite(_ hclog.Level, p []byte) (n int, _ error) { return len(p), nil }
