package view_test

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"testing"

	"brood/internal/status"
	"brood/internal/view"
)

// chineseRuns are records that together need each phrase of a report.
func chineseRuns(t *testing.T) map[string]string {
	const begun = `{"time":"2026-03-01T12:00:00Z","kind":"begun","pid":40,"ppid":2,"source":"holiday","dest":"/mnt/usb disk","slots":4}` + "\n"
	const comparing = `{"time":"2026-03-01T12:00:00Z","kind":"begun","pid":40,"source":"holiday","dest":"usb","verify":true}` + "\n"
	const several = `{"time":"2026-03-01T12:00:00Z","kind":"begun","pid":40,"sources":["a","b"],"dest":"usb"}` + "\n"
	const differing = `{"time":"2026-03-01T12:00:01Z","kind":"differs","file":"a","reason":"other contents"}
{"time":"2026-03-01T12:00:01Z","kind":"differs","file":"b","reason":"missing"}
{"time":"2026-03-01T12:00:01Z","kind":"differs","file":"c","reason":"extra"}
`
	const failing = `{"time":"2026-03-01T12:00:01Z","kind":"failed","file":"d","error":"open: permission denied"}` + "\n"
	const stopping = `{"time":"2026-03-01T12:00:01Z","kind":"stopping","signal":"SIGINT","reason":"no more children are started"}` + "\n"
	const halting = `{"time":"2026-03-01T12:00:01Z","kind":"stopping","reason":"1 failed (--halt fail=1)"}` + "\n"
	const finished = `{"time":"2026-03-01T12:00:02Z","kind":"finished"}` + "\n"
	return map[string]string{
		"copy":            recording,
		"no end":          begun + halting + failing,
		"stopped":         begun + stopping + finished,
		"planned":         strings.Replace(begun, `"slots"`, `"dry_run":true,"slots"`, 1) + finished,
		"the same":        comparing + finished,
		"differing":       comparing + differing + finished,
		"compared partly": comparing + failing + finished,
		"comparing":       comparing + stopping + finished,
		"several":         several + failing,
		"several differ":  strings.Replace(several, `"dest"`, `"verify":true,"dest"`, 1) + differing + finished,
		"several stopped": several + stopping + finished,
		"halted":          begun + halting + finished,
		"a lesson": `{"time":"2026-03-01T12:00:00Z","kind":"begun","pid":40,"ppid":2}
{"time":"2026-03-01T12:00:00Z","kind":"started","name":"MainProcess","pid":41,"ppid":40}
{"time":"2026-03-01T12:00:00Z","kind":"started","name":"Process-1","pid":42,"ppid":41}
{"time":"2026-03-01T12:00:01Z","kind":"adopted","name":"Process-1","pid":42,"ppid":1}
{"time":"2026-03-01T12:00:01Z","kind":"signalled","name":"Process-1","pid":42,"ppid":41,"signal":"SIGTERM"}
{"time":"2026-03-01T12:00:01Z","kind":"zombie","name":"Process-1","pid":42,"ppid":41}
{"time":"2026-03-01T12:00:02Z","kind":"exited","name":"Process-1","pid":42,"ppid":41,"exitcode":-15,"signal":"SIGTERM"}
{"time":"2026-03-01T12:00:02Z","kind":"finished"}
`,
		"everything": strings.Replace(begun, `"slots":4`, `"slots":4,"auto":true`, 1) +
			`{"time":"2026-03-01T12:00:00Z","kind":"started","name":"task-1","node":"n1","task":"81_0","pid":41,"ppid":40,"file":"a.mov","items":2}
{"time":"2026-03-01T12:00:00Z","kind":"started","name":"copy-1","node":"n1","pid":42,"ppid":41,"file":"a.mov"}
{"time":"2026-03-01T12:00:00.2Z","kind":"started","name":"copy-2","node":"n1","pid":43,"ppid":41,"file":"b.mov","duration":0.1}
{"time":"2026-03-01T12:00:00.5Z","kind":"progress","name":"copy-1","node":"n1","pid":42,"file":"a.mov","bytes":5,"phase":"waiting"}
{"time":"2026-03-01T12:00:00.7Z","kind":"silent","name":"copy-2","node":"n1","pid":43,"file":"b.mov","reason":"no progress"}
{"time":"2026-03-01T12:00:01Z","kind":"copied","name":"copy-1","node":"n1","pid":42,"file":"a.mov","bytes":1048576,"hash":"xxh128","digest":"aa","lost":["owner","ACL"]}
{"time":"2026-03-01T12:00:01Z","kind":"linked","file":"l"}
{"time":"2026-03-01T12:00:01Z","kind":"skipped","file":"r","reason":"same size and time, attributes repaired"}
{"time":"2026-03-01T12:00:01Z","kind":"retried","name":"copy-2","node":"n1","pid":43,"file":"b.mov","error":"read: input/output error","attempt":1}
{"time":"2026-03-01T12:00:01.2Z","kind":"failed","name":"copy-2","node":"n1","pid":43,"file":"b.mov","error":"stalled: no progress for 1m0s; process was abandoned: it did not end when it was killed"}
{"time":"2026-03-01T12:00:01.3Z","kind":"exited","name":"copy-2","node":"n1","pid":43,"file":"b.mov","error":"process was abandoned: it did not end when it was killed"}
{"time":"2026-03-01T12:00:01.4Z","kind":"exited","name":"copy-1","node":"n1","pid":42,"file":"a.mov","reason":"its task has ended"}
{"time":"2026-03-01T12:00:01.5Z","kind":"exited","name":"task-1","node":"n1","task":"81_0","pid":41,"file":"a.mov","reason":"Slurm: NODE_FAIL"}
` + halting + finished,
		"cluster": ofCluster(t),
	}
}

// TestChineseReport: except names, a report in Chinese has only these Latin words.
func TestChineseReport(t *testing.T) {
	allowed := strings.Fields("A PID brood s ms B KiB MiB GiB SIGTERM SIGKILL SIGINT ACL Slurm NODE FAIL " +
		"halt fail T x z xxh aa copy report retry failed record FILE")
	for name, record := range chineseRuns(t) {
		t.Run(name, func(t *testing.T) {
			tl := recorded(t, record)
			var report, svg strings.Builder
			if err := cmp.Or(view.Report(&report, tl, "zh", 100, "FILE"), view.SVG(&svg, tl, "zh")); err != nil {
				t.Fatal(err)
			}
			drawn := withoutNames(report.String(), tl) + withoutNames(textOf(svg.String()), tl)
			for line := range strings.Lines(drawn) {
				for _, word := range regexp.MustCompile(`[A-Za-z]+`).FindAllString(line, -1) {
					if !slices.Contains(allowed, word) {
						t.Errorf("%q is not Chinese: %s", word, line)
					}
				}
				if found := wrongSpaces.FindAllString(line, -1); found != nil {
					t.Errorf("wrong spaces %q: %s", found, line)
				}
			}
		})
	}
}

// wrongSpaces finds Chinese and Latin text without a space between them, and a space beside full-width
// punctuation or between two Chinese words. The dot of a list has its spaces.
var wrongSpaces = regexp.MustCompile(`\p{Han}[A-Za-z0-9]|[A-Za-z0-9]\p{Han}| [，：；（）]|[，：；（）] [^·]|\p{Han} \p{Han}`)

// textOf returns the text of a picture.
func textOf(svg string) string {
	var text strings.Builder
	for _, found := range regexp.MustCompile(`<(?:text|title)[^>]*>([^<]*)`).FindAllStringSubmatch(svg, -1) {
		text.WriteString(strings.NewReplacer("&#34;", `"`, "&#39;", "'").Replace(found[1]) + "\n")
	}
	return text.String()
}

// withoutNames removes quoted names, the names of processes and nodes, and the bars of the time line.
func withoutNames(text string, tl *status.Timeline) string {
	text = regexp.MustCompile(`"(?:[^"\\\n]|\\.)*"`).ReplaceAllString(text, `"…"`)
	text = regexp.MustCompile(`T{2,}|z{2,}`).ReplaceAllString(text, "…")
	for _, l := range tl.Lives {
		for _, name := range []string{l.Node, l.Name, l.Task, l.File} {
			if len(name) > 1 {
				text = strings.ReplaceAll(text, name, "…")
			}
		}
	}
	return text
}

// TestChineseReasons translates what it knows, and leaves the rest as it is.
func TestChineseReasons(t *testing.T) {
	translated := view.Reasons("zh")
	for reason, want := range map[string]string{
		"write: no space left on device": "写入：设备上没有空间",
		"stalled: no progress for 1m30s": "卡住：90 s 没有进展",
		"stalled: not done after 5s; process was abandoned: it did not end when it was killed": "卡住：5 s 后仍未完成；" +
			"进程被放弃：被杀死后仍没有结束",
		"Slurm: FAILED, exit code 3":                         "Slurm：FAILED，退出码 3",
		"Slurm: FAILED, ended by signal 9":                   "Slurm：FAILED，被 9 号信号终止",
		"Slurm: OUT_OF_MEMORY, None":                         "Slurm：OUT_OF_MEMORY，None",
		"its process was ended by its memory limit of 2 GiB": "其进程超出内存限制 2 GiB",
		"its process was ended by SIGTERM":                   "其进程被 SIGTERM 终止",
		"3 failed (--halt fail=3)":                           "3 个失败（--halt fail=3）",
		"Slurm: NODE_FAIL":                                   "Slurm：NODE_FAIL",
		"write: the dog ate it":                              "写入：the dog ate it",
		"its process ended with exit code 2: panic: x; y":    "其进程以退出码 2 结束：panic: x; y",
		"the dog: permission denied":                         "the dog: permission denied",
		"":                                                   "",
	} {
		if got := translated(reason); got != want {
			t.Errorf("%q is %q, want %q", reason, got, want)
		}
		if got := view.Reasons("en")(reason); got != reason {
			t.Errorf("%q is %q in English", reason, got)
		}
	}
}
