package view_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode"

	"brood/internal/status"
	"brood/internal/view"
)

// failedRun returns a run of two commands that have failed. The first has written these lines, the other none.
func failedRun(t *testing.T, stdout, stderr string) *status.Timeline {
	t.Helper()
	return recorded(t, fmt.Sprintf(`{"time":"2026-03-01T12:00:00Z","kind":"begun","pid":40,"version":3,"command":["make"],"slots":2}
{"time":"2026-03-01T12:00:01Z","kind":"started","name":"run-1","pid":41,"ppid":40,"file":"a","items":1}
{"time":"2026-03-01T12:00:01Z","kind":"started","name":"run-2","pid":42,"ppid":40,"file":"b","items":1}
{"time":"2026-03-01T12:00:02Z","kind":"exited","name":"run-1","pid":41,"file":"a","exitcode":2,"stdout":%s,"stderr":%s}
{"time":"2026-03-01T12:00:02Z","kind":"failed","name":"run-1","pid":41,"file":"a","error":"exit code 2"}
{"time":"2026-03-01T12:00:02Z","kind":"exited","name":"run-2","pid":42,"file":"b","exitcode":3}
{"time":"2026-03-01T12:00:02Z","kind":"failed","name":"run-2","pid":42,"file":"b","error":"exit code 3"}
{"time":"2026-03-01T12:00:03Z","kind":"finished","command":["make"],"files":0,"duration":3,"failed":2,"children":2,"peak":2}
`, inJSON(t, stdout), inJSON(t, stderr)))
}

func inJSON(t *testing.T, text string) string {
	t.Helper()
	quoted, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(quoted)
}

// failedPart returns what the report tells about failed commands. They are listed once.
func failedPart(t *testing.T, tl *status.Timeline, lang string, columns int) string {
	t.Helper()
	title := map[string]string{"en": "failed commands\n", "zh": "失败的命令\n"}[lang]
	var out strings.Builder
	if err := view.Report(&out, tl, lang, columns, "run.jsonl"); err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(out.String(), title)
	if len(parts) != 2 {
		t.Fatalf("failed commands are listed %d times, want once:\n%s", len(parts)-1, out.String())
	}
	part, _, _ := strings.Cut(parts[1], "\n\n")
	return part
}

// TestReportOfOutput: the last lines of a failed command are below it.
func TestReportOfOutput(t *testing.T) {
	for name, row := range map[string]struct{ lang, stdout, stderr, want string }{
		"none":     {"en", "", "", ""},
		"one line": {"en", "", "no rule", "    standard error:\n      no rule\n"},
		"both":     {"en", "1\n2", "3", "    standard output:\n      1\n      2\n    standard error:\n      3\n"},
		"Chinese":  {"zh", "1", "错", "    标准输出：\n      1\n    标准错误：\n      错\n"},
		"hostile": {"en", "", "\x1b]0;x\a\u202e\u009b2J\ta\rb\x00", "    standard error:\n" +
			`      \x1b]0;x\a\u202e\u009b2J    a\rb\x00` + "\n"},
		"CR LF": {"en", "1\r\n2\r\n3", "", "    standard output:\n      1\n      2\n      3\n"},
		"a long line": {"en", "", strings.Repeat("0123456789", 7) + "end", "    standard error:\n      " +
			strings.Repeat("0123456789", 4) + "0123\n      456789" + strings.Repeat("0123456789", 2) + "end\n"},
	} {
		t.Run(name, func(t *testing.T) {
			sign := map[string]string{"en": ": ", "zh": "："}[row.lang]
			why := view.Reasons(row.lang)
			want := `  "a"` + sign + why("exit code 2") + "\n" + row.want + `  "b"` + sign + why("exit code 3")
			if got := failedPart(t, failedRun(t, row.stdout, row.stderr), row.lang, 50); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// FuzzOfCommand: of the output of a command, only text and newlines reach a terminal or a page.
func FuzzOfCommand(f *testing.F) {
	f.Add("a\tb\r\n\x1b[2J\xff\u202e唱歌")
	f.Fuzz(func(t *testing.T, output string) {
		for _, r := range view.OfCommand(output) {
			if r != '\n' && !unicode.IsPrint(r) {
				t.Fatalf("%U of %q", r, output)
			}
		}
	})
}
