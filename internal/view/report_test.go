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

	"brood/internal/event"
	"brood/internal/status"
	"brood/internal/view"
)

// recorded returns the time line of a record.
func recorded(t *testing.T, record string) *status.Timeline {
	t.Helper()
	var tl status.Timeline
	for _, e := range read(t, record) {
		tl.Apply(e)
	}
	return &tl
}

// recording is a run with all kinds of phases and a failure.
const recording = `{"time":"2026-03-01T12:00:00Z","kind":"begun","pid":40,"ppid":2,"version":2,"source":"holiday","dest":"/mnt/usb","slots":2,"hash":"xxh128"}
{"time":"2026-03-01T12:00:00.1Z","kind":"started","name":"copy-1","pid":41,"ppid":40,"file":"a.mov","items":1,"duration":0.1}
{"time":"2026-03-01T12:00:00.1Z","kind":"started","name":"copy-2","pid":42,"ppid":40,"file":"\u001b[2J</script>","items":2}
{"time":"2026-03-01T12:00:02Z","kind":"progress","name":"copy-1","pid":41,"file":"a.mov","bytes":1048576,"size":1048576,"phase":"syncing"}
{"time":"2026-03-01T12:00:03Z","kind":"progress","name":"copy-1","pid":41,"file":"a.mov","bytes":524288,"size":1048576,"phase":"verifying"}
{"time":"2026-03-01T12:00:04Z","kind":"copied","name":"copy-1","pid":41,"file":"a.mov","bytes":1048576,"method":"read-write","hash":"xxh128","digest":"aa"}
{"time":"2026-03-01T12:00:05Z","kind":"exited","name":"copy-1","pid":41,"file":"a.mov","exitcode":0,"bytes":1048576,"duration":5,"zombie":1}
{"time":"2026-03-01T12:00:06Z","kind":"silent","name":"copy-2","pid":42,"file":"\u001b[2J</script>","duration":2,"reason":"stopped","state":"T"}
{"time":"2026-03-01T12:00:08Z","kind":"stalled","name":"copy-2","pid":42,"file":"\u001b[2J</script>","reason":"no progress"}
{"time":"2026-03-01T12:00:09Z","kind":"exited","name":"copy-2","pid":42,"file":"\u001b[2J</script>","exitcode":-9,"signal":"SIGKILL","duration":9}
{"time":"2026-03-01T12:00:09Z","kind":"failed","name":"copy-2","pid":42,"file":"\u001b[2J</script>","error":"stalled"}
{"time":"2026-03-01T12:00:10Z","kind":"finished","source":"holiday","dest":"/mnt/usb","files":1,"bytes":1048576,"duration":10,"links":0,"skipped":0,"failed":1,"children":2,"peak":2}
`

func TestReport(t *testing.T) {
	const want = `partly copied "holiday" to "/mnt/usb"
  files     1, 1.0 MiB
  verified  1 by xxh128 aa
  skipped   0
  failed    1
  children  2, at most 2 at once
  time      10.000 s, 102 KiB/s

failed files
  "\x1b[2J</script>": stalled
to copy only these again, with the other flags of this run:
  brood copy --retry-failed run.jsonl

time line: 10.000 s, 0.147 s per column
   1  █████████████▒▒▒▒▒▒▒▓▓▓▓▓▓▓zzzzzzz
   2  ███████████████████████████TTTTTTTTTTTTTTTTTTTTTTTTTTT!!!!!!!
      █ at work  ▒ syncing  ▓ verifying  z a zombie  T stopped  ! stalled

slowest files
      8.900 s        0 B  copy-2  "\x1b[2J</script>"
      3.900 s    1.0 MiB  copy-1  "a.mov"

family
40 brood  started by pid 2
├─ 41 copy-1  0.100–5.000 s · exit code 0 · "a.mov"
└─ 42 copy-2  0.100–9.000 s · 2 files · 1 failed · killed by SIGKILL (-9)
`
	var out strings.Builder
	if err := view.Report(&out, recorded(t, recording), "en", 74, "run.jsonl"); err != nil {
		t.Fatal(err)
	}
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}

// many is a run of many children, four at once.
func many(children int) *status.Timeline {
	var tl status.Timeline
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	tl.Apply(event.Event{Time: at, Kind: event.Begun, PID: 1, Source: "a", Dest: "b"})
	for n := range children {
		e := event.Event{Time: at.Add(time.Duration(n) * time.Millisecond), Kind: event.Started, PID: 100 + n%5}
		e.Name, e.File = fmt.Sprint("copy-", n), fmt.Sprint("f", n)
		tl.Apply(e)
		e.Time, e.Kind, e.Bytes = e.Time.Add(3900*time.Microsecond), event.Copied, 10
		tl.Apply(e)
		e.Kind, e.ExitCode = event.Exited, new(0)
		tl.Apply(e)
	}
	end := at.Add(time.Duration(children+5) * time.Millisecond)
	tl.Apply(event.Event{Time: end, Kind: event.Finished, Totals: &event.Totals{}})
	return &tl
}

// TestReportOfMany: if the list is too short for all children, it has those in trouble, however short their life.
func TestReportOfMany(t *testing.T) {
	tl := many(200)
	tl.Lives[150].ExitCode = new(3)
	tl.Lives[60].Started = tl.Lives[60].Started.Add(-time.Second) // the longest life
	var out strings.Builder
	if err := view.Report(&out, tl, "en", 100, "run.jsonl"); err != nil {
		t.Fatal(err)
	}
	_, family, _ := strings.Cut(out.String(), "family\n")
	for _, name := range []string{"copy-150 ", "copy-60 "} {
		if !strings.Contains(family, name) {
			t.Errorf("%s is not listed:\n%s", name, family)
		}
	}
	if !strings.Contains(family, "… and 160 more") {
		t.Errorf("the other children are not counted:\n%s", family)
	}
}

// TestReportFits: no line is wider than the terminal, and the report counts the children that it does not list.
func TestReportFits(t *testing.T) {
	tl := many(2000)
	for columns := 40; columns < 130; columns += 7 {
		var out strings.Builder
		if err := view.Report(&out, tl, "en", columns, "run.jsonl"); err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(out.String(), "\n") {
			if n := len([]rune(line)); n > columns {
				t.Fatalf("a line has %d columns, want at most %d: %q", n, columns, line)
			}
		}
		if !strings.Contains(out.String(), "… and 1,960 more") {
			t.Fatalf("the other children are not counted:\n%s", out.String())
		}
	}
}

// TestTrace: the trace is JSON of the format, with a slice for each life and each phase.
func TestTrace(t *testing.T) {
	var out strings.Builder
	if err := view.Trace(&out, recorded(t, recording)); err != nil {
		t.Fatal(err)
	}
	var trace struct {
		TraceEvents []struct {
			Name, Cat, Ph string
			TS, Dur       float64
			PID           int
			Args          map[string]any
		}
	}
	if err := json.Unmarshal([]byte(out.String()), &trace); err != nil {
		t.Fatal(err)
	}
	var slices []string
	arrows := map[string]int{}
	for _, e := range trace.TraceEvents {
		if e.Ph == "X" && e.PID == 41 {
			slices = append(slices, fmt.Sprintf("%s %g+%g", e.Name, e.TS/1e6, e.Dur/1e6))
		}
		arrows[e.Ph]++
	}
	const want = "copy-1 0+5, start 0+0.1, running 0.1+1.9, syncing 2+1, verifying 3+1, zombie 4+1"
	if got := strings.Join(slices, ", "); got != want {
		t.Errorf("slices %s, want %s", got, want)
	}
	if arrows["s"] != 2 || arrows["f"] != 2 || arrows["C"] < 2 || arrows["M"] != 6 {
		t.Errorf("events by phase: %v", arrows)
	}
	if strings.Contains(out.String(), "\x1b") {
		t.Error("a name could move the cursor")
	}
}

// TestTraceOfReusedPIDs: two processes with the same PID, one after the other, are two in the trace.
func TestTraceOfReusedPIDs(t *testing.T) {
	var out strings.Builder
	if err := view.Trace(&out, many(20)); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(out.String(), `"process_name"`); n != 21 {
		t.Errorf("%d processes, want 21", n)
	}
	if strings.Count(out.String(), `"pid":100,`) > 10 {
		t.Error("processes with the same PID are one in the trace")
	}
}

// TestSVG: the picture is well-formed XML even with hostile names, and has a bar for each phase.
func TestSVG(t *testing.T) {
	first, _, _ := strings.Cut(recording, "\n")
	for name, tl := range map[string]*status.Timeline{
		"few": recorded(t, recording), "many": many(3000), "none": recorded(t, first+"\n"),
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			if err := view.SVG(&out, tl, "en"); err != nil {
				t.Fatal(err)
			}
			bars := 0
			for d := xml.NewDecoder(strings.NewReader(out.String())); ; {
				token, err := d.Token()
				if err == io.EOF {
					break
				}
				if err != nil {
					t.Fatalf("%v\n%s", err, out.String())
				}
				if e, ok := token.(xml.StartElement); ok {
					if e.Name.Local == "script" {
						t.Error("a name became an element")
					}
					if e.Name.Local == "rect" {
						bars++
					}
				}
			}
			labels := map[string]int{"few": 2, "many": 0, "none": 0}
			if n := strings.Count(out.String(), " copy-"); n != labels[name] {
				t.Errorf("%d rows belong to one process, want %d", n, labels[name])
			}
			if name == "few" && bars != 1+1+5+3+7 {
				t.Errorf("%d bars", bars)
			}
		})
	}
}

// TestReportThatCannotBeWritten: each drawing returns the error of its writer.
func TestReportThatCannotBeWritten(t *testing.T) {
	tl := recorded(t, recording)
	for name, draw := range map[string]func(io.Writer) error{
		"text":  func(w io.Writer) error { return view.Report(w, tl, "en", 80, "run.jsonl") },
		"trace": func(w io.Writer) error { return view.Trace(w, tl) },
		"svg":   func(w io.Writer) error { return view.SVG(w, tl, "en") },
	} {
		if err := draw(&failing{err: os.ErrClosed}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
