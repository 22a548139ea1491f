package view_test

import (
	"strings"
	"testing"

	"brood/internal/event"
	"brood/internal/status"
	"brood/internal/view"
)

// killedFamily is a family in which one child is killed and another adopted.
func killedFamily() *status.Family {
	var f status.Family
	for _, e := range []event.Event{
		{Kind: event.Started, Name: "MainProcess", PID: 10, PPID: 7},
		{Kind: event.Started, Name: "Process-1", PID: 11, PPID: 10},
		{Kind: event.Started, Name: "evil\x1b[31m", PID: 12, PPID: 11},
		{Kind: event.Started, Name: "Process-2", PID: 13, PPID: 10},
		{Kind: event.Signalled, PID: 11, Sender: 10, Signal: "SIGKILL"},
		{Kind: event.Zombie, PID: 11, PPID: 10},
		{Kind: event.Adopted, PID: 12, PPID: 1},
		{Kind: event.Exited, PID: 11, PPID: 10, ExitCode: new(-9), Signal: "SIGKILL"},
		{Kind: event.Exited, PID: 13, PPID: 10, ExitCode: new(3)},
	} {
		f.Apply(e)
	}
	return &f
}

func TestFamily(t *testing.T) {
	f := killedFamily()
	for name, row := range map[string]struct {
		words view.FamilyWords
		want  string
	}{
		"English": {view.EnglishFamily, `A 10 MainProcess  started by pid 7 · not reaped by the family
├─ B 11 Process-1  started by A · SIGKILL from A · ended, a zombie · killed by SIGKILL (-9) · reaped by A
│  └─ C 12 "evil\x1b[31m"  started by B · adopted by pid 1 · not reaped by the family
└─ D 13 Process-2  started by A · exit code 3 · reaped by A
`},
		"Chinese": {view.ChineseFamily, `A 10 MainProcess  由 PID 7 启动 · 未被家族成员回收
├─ B 11 Process-1  由 A 启动 · 收到 A 的 SIGKILL · 结束，成为僵尸 · 被 SIGKILL 杀死（-9） · 由 A 回收
│  └─ C 12 "evil\x1b[31m"  由 B 启动 · 被 PID 1 收养 · 未被家族成员回收
└─ D 13 Process-2  由 A 启动 · 退出码 3 · 由 A 回收
`},
	} {
		var got strings.Builder
		if err := view.Family(&got, f, row.words, 0); err != nil || got.String() != row.want {
			t.Errorf("%s: %v\n%s\nwant\n%s", name, err, got.String(), row.want)
		}
	}
}

// Further lines of a process begin below its name, and none is wider than the terminal.
func TestFamilyFits(t *testing.T) {
	const want = `A 10 MainProcess  started by pid 7 ·
│  not reaped by the family
├─ B 11 Process-1  started by A ·
│  │  SIGKILL from A · ended, a zombie ·
│  │  killed by SIGKILL (-9) ·
│  │  reaped by A
`
	var narrow strings.Builder
	err := view.Family(&narrow, killedFamily(), view.EnglishFamily, 41)
	if err != nil || !strings.HasPrefix(narrow.String(), want) {
		t.Errorf("%v\n%s\nwant\n%s", err, narrow.String(), want)
	}
	for columns := 41; columns < 120; columns++ {
		var got strings.Builder
		if err := view.Family(&got, killedFamily(), view.EnglishFamily, columns); err != nil {
			t.Error(err)
		}
		for line := range strings.Lines(got.String()) {
			if n := view.Width(strings.TrimSuffix(line, "\n")); n > columns {
				t.Errorf("%d columns: %q has %d", columns, line, n)
			}
		}
	}
}
