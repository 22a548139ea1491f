package view_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"brood/internal/event"
	"brood/internal/status"
	"brood/internal/view"
)

// summaryOf returns the summary of a recorded run. took is its duration.
func summaryOf(t *testing.T, recorded string, took time.Duration) string {
	t.Helper()
	var run status.Totals
	var begun time.Time
	for n, e := range read(t, recorded) {
		if n == 0 {
			begun = e.Time
		}
		run.Apply(e)
	}
	var out strings.Builder
	if err := view.Summary(&out, run.Finished(begun.Add(took)), view.AdviceOn(&run)); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestSummary(t *testing.T) {
	const begun = `{"time":"2026-03-01T12:00:00Z","kind":"begun","pid":40,"ppid":2,"source":"holiday","dest":"/mnt/usb disk","slots":4}` + "\n"
	const comparing = `{"time":"2026-03-01T12:00:00Z","kind":"begun","pid":40,"ppid":2,"source":"holiday","dest":"/mnt/usb disk","slots":4,"verify":true}` + "\n"
	for name, row := range map[string]struct {
		events string
		took   time.Duration
		want   string
	}{
		"done": {
			begun + `{"kind":"started","name":"copy-1","pid":41,"ppid":40,"file":"a.mov","items":1}
{"kind":"started","name":"copy-2","pid":42,"ppid":40,"file":"b.mov","items":1}
{"kind":"copied","name":"copy-1","pid":41,"file":"a.mov","bytes":1048576,"method":"reflink"}
{"kind":"exited","name":"copy-1","pid":41,"file":"a.mov","exitcode":0,"bytes":1048576}
{"kind":"copied","name":"copy-2","pid":42,"file":"b.mov","bytes":2097152,"method":"reflink"}
{"kind":"exited","name":"copy-2","pid":42,"file":"b.mov","exitcode":0,"bytes":2097152}
{"kind":"started","name":"folders-1","pid":43,"ppid":40,"file":"l","items":2}
{"kind":"linked","name":"folders-1","pid":43,"file":"l"}
{"kind":"made","name":"folders-1","pid":43,"file":"."}
{"kind":"exited","name":"folders-1","pid":43,"file":"l","exitcode":0}
`, 1500 * time.Millisecond,
			`copied "holiday" to "/mnt/usb disk"
  files     2, 3.0 MiB
  links     1
  skipped   0
  failed    0
  children  3, at most 2 at once
  time      1.500 s, 2.0 MiB/s
`,
		},
		"verified, and something lost": {
			begun + `{"kind":"copied","file":"a.mov","bytes":1048576,"method":"read-write","hash":"xxh128","digest":"aa","lost":["owner","ACL"]}
{"kind":"verified","file":"b.mov","bytes":5,"hash":"xxh128","digest":"bb"}
{"kind":"made","file":".","lost":["owner"]}
`, 1500 * time.Millisecond,
			`copied "holiday" to "/mnt/usb disk"
  files     1, 1.0 MiB
  verified  2 by xxh128
  skipped   1
  failed    0
  not kept  ACL of 1, owner of 2
  children  0, at most 0 at once
  time      1.500 s, 683 KiB/s
`,
		},
		"--jobs auto": {
			strings.Replace(begun, `"slots":4`, `"slots":4,"auto":true`, 1) + `{"kind":"started"}
{"kind":"adjusted","slots":8,"trying":true}
{"kind":"adjusted","slots":8}
{"kind":"adjusted","slots":16,"trying":true}
`, 1500 * time.Millisecond,
			`copied "holiday" to "/mnt/usb disk"
  files     0, 0 B
  skipped   0
  failed    0
  children  1, at most 1 at once, settled on 8
  time      1.500 s, 0 B/s
`,
		},
		"halted": {
			begun + `{"kind":"started"}
{"kind":"exited","error":"abandoned"}
{"kind":"retried","file":"a.mov","attempt":1}
{"kind":"failed","file":"a.mov"}
{"kind":"stopping","reason":"1 failed (--max-errors 1)"}
`, 500 * time.Millisecond,
			`partly copied "holiday" to "/mnt/usb disk"
  files     0, 0 B
  skipped   0
  failed    1
  retried   1
  halted    1 failed (--max-errors 1)
  not begun unknown
  children  1, at most 1 at once, 1 abandoned
  time      0.500 s, 0 B/s

failed files
  "a.mov": 
run the same command again to copy what is missing
`,
		},
		"on a cluster": {
			begun + `{"kind":"started","name":"task-1","node":"n1","task":"81_0","pid":41,"ppid":40}
{"kind":"started","name":"copy-1","node":"n1","pid":42,"ppid":41}
{"kind":"exited","name":"copy-1","node":"n1","pid":42,"reason":"its node has failed"}
`, 500 * time.Millisecond,
			`copied "holiday" to "/mnt/usb disk"
  files     0, 0 B
  skipped   0
  failed    0
  tasks     1, on 1 node
  children  1, at most 1 at once
  time      0.500 s, 0 B/s
`,
		},
		"one verified file": {
			begun + `{"kind":"copied","file":"a.mov","bytes":1048576,"method":"read-write","hash":"xxh128","digest":"aa"}
`, 1500 * time.Millisecond,
			`copied "holiday" to "/mnt/usb disk"
  files     1, 1.0 MiB
  verified  1 by xxh128 aa
  skipped   0
  failed    0
  children  0, at most 0 at once
  time      1.500 s, 683 KiB/s
`,
		},
		"compared, the same": {
			comparing + `{"kind":"verified","file":"a.mov","bytes":1048576,"hash":"md5","digest":"aa"}
{"kind":"verified","file":"b.mov","bytes":1048576,"hash":"md5","digest":"bb"}
`, 500 * time.Millisecond,
			`"holiday" and "/mnt/usb disk" are the same
  equal     2, 2.0 MiB
  different 0
  missing   0
  extra     0
  verified  2 by md5
  skipped   0
  failed    0
  children  0, at most 0 at once
  time      0.500 s, 4.0 MiB/s
`,
		},
		"compared, not the same": {
			comparing + `{"kind":"differs","file":"a.mov","reason":"other contents"}
{"kind":"differs","file":"b.mov","reason":"other size"}
{"kind":"differs","file":"c.mov","reason":"missing"}
{"kind":"differs","file":"d.mov","reason":"extra"}
{"kind":"failed","file":"e.mov","error":"open: permission denied"}
`, 500 * time.Millisecond,
			`"holiday" and "/mnt/usb disk" differ
  equal     0, 0 B
  different 2
  missing   1
  extra     1
  skipped   0
  failed    1
  children  0, at most 0 at once
  time      0.500 s, 0 B/s

failed files
  "e.mov": open: permission denied
`,
		},
		"in part": {
			begun + `{"kind":"skipped","file":"old.mov","reason":"same size and time"}
{"kind":"started","name":"copy-1","pid":41,"ppid":40,"file":"a.mov","items":1}
{"kind":"failed","name":"copy-1","pid":41,"file":"a.mov","error":"write: no space left on device"}
{"kind":"exited","name":"copy-1","pid":41,"file":"a.mov","exitcode":1}
`, 20 * time.Millisecond,
			`partly copied "holiday" to "/mnt/usb disk"
  files     0, 0 B
  skipped   1
  failed    1
  children  1, at most 1 at once
  time      0.020 s, 0 B/s

failed files
  "a.mov": write: no space left on device
run the same command again to copy what is missing
`,
		},
		"stopped": {
			begun + `{"kind":"started","name":"copy-1","pid":41,"ppid":40,"file":"a.mov","items":1}
{"kind":"stopping","signal":"SIGINT","reason":"x"}
{"kind":"stopping","signal":"SIGTERM","reason":"x"}
{"kind":"failed","name":"copy-1","pid":41,"file":"a.mov","error":"its process was ended by SIGTERM"}
{"kind":"exited","name":"copy-1","pid":41,"file":"a.mov","exitcode":-15,"signal":"SIGTERM"}
`, 61 * time.Second,
			`stopped by SIGINT while copying "holiday" to "/mnt/usb disk"
  files     0, 0 B
  skipped   0
  failed    1
  not begun unknown
  children  1, at most 1 at once
  time      61.000 s, 0 B/s

failed files
  "a.mov": its process was ended by SIGTERM
run the same command again to copy what is missing
`,
		},
		"hostile names": {
			`{"time":"2026-03-01T12:00:00Z","kind":"begun","source":"\u001b[2J\n","dest":"?","dest_base64":"/xs="}` + "\n", 0,
			`copied "\x1b[2J\n" to "\xff\x1b"
  files     0, 0 B
  skipped   0
  failed    0
  children  0, at most 0 at once
  time      0.000 s, 0 B/s
`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := summaryOf(t, row.events, row.took); got != row.want {
				t.Errorf("got\n%s\nwant\n%s", got, row.want)
			}
		})
	}
}

func TestSummaryOfMany(t *testing.T) {
	run := status.Totals{Source: "a", Dest: "b", Files: 1234567, Bytes: 5 << 40, Links: 1000, Skipped: 12345}
	run.Children, run.Peak = 1234600, 1024
	var out strings.Builder
	if err := view.Summary(&out, run.Finished(run.Begun.Add(time.Hour)), view.AdviceOn(&run)); err != nil {
		t.Fatal(err)
	}
	const want = `copied "a" to "b"
  files     1,234,567, 5.0 TiB
  links     1,000
  skipped   12,345
  failed    0
  children  1,234,600, at most 1,024 at once
  time      3600.000 s, 1.4 GiB/s
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}

func TestSummaryThatCannotBeWritten(t *testing.T) {
	full := errors.New("no space left on device")
	e := event.Event{Kind: event.Finished, Totals: &event.Totals{}}
	if err := view.Summary(&failing{err: full}, e, view.Advice{}); !errors.Is(err, full) {
		t.Errorf("%v, want %v", err, full)
	}
}

func TestDifferences(t *testing.T) {
	var out strings.Builder
	show := view.Differences(&out)
	for _, e := range read(t, `{"kind":"begun","verify":true}
{"kind":"verified","file":"a.mov"}
{"kind":"differs","file":"b.mov","reason":"other contents"}
{"kind":"differs","file":"\u001b[2J","reason":"extra"}
`) {
		show(e)
	}
	if want := "other contents  \"b.mov\"\nextra           \"\\x1b[2J\"\n"; out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}
