package report_test

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"brood/internal/event"
	"brood/internal/status"
)

// familyOf returns the lines of the family, one for each process.
func familyOf(p *tab) []string {
	p.t.Helper()
	const lines = `[...document.querySelectorAll('#family li')].map(
		item => [...item.children].filter(e => e.tagName !== 'UL').map(e => e.textContent).join(''))`
	return look[[]string](p, lines)
}

func wantLines(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s:\n%s\nwant\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestPageOfATrace: the page of a traced program names the program, and says of its processes what the text says.
func TestPageOfATrace(t *testing.T) {
	p := openPage(t, recorded(t, "traced"))
	heading := look[string](p, `document.getElementById('title').textContent + ': ' + document.getElementById('where').textContent`)
	if want := "brood · trace: bash -c 'sleep 9 & kill -STOP $!; (setsid daemon &); wait'"; heading != want {
		t.Errorf("the heading is %q, want %q", heading, want)
	}
	wantLines(t, "family", familyOf(p),
		"brood trace 50 started by PID 40 at 0 s",
		"A bash 51 started by brood · exit code 2 · reaped by brood",
		"B sleep 52 a group of its own · executes sleep · SIGSTOP from A · stopped by SIGSTOP · SIGCONT from A · "+
			"continued · SIGALRM from the kernel · killed by SIGALRM (-14)",
		"C bash 53 in the group of B · adopts orphans · a zombie for 1.201 s · exit code 3",
		"D daemon 54 adopted by PID 1 · a session of its own · executes daemon · exit code 0 · still a zombie",
		"E bash 55 still runs")
	if legend := look[string](p, `document.getElementById('legend').textContent`); !strings.Contains(legend, "✗exit code other than 0") {
		t.Errorf("the legend says %q", legend)
	}
	p.do(chromedp.Click(chromedp.ID("language")))
	wantLines(t, "family in Chinese", familyOf(p),
		"brood trace 50 0 s 时由 PID 40 启动",
		"A bash 51 由 brood 启动 · 退出码 2 · 由 brood 回收",
		"B sleep 52 创建新进程组 · 执行 sleep · 收到 A 的 SIGSTOP · 被 SIGSTOP 停止 · 收到 A 的 SIGCONT · "+
			"继续运行 · 收到内核的 SIGALRM · 被 SIGALRM 终止（-14）",
		"C bash 53 加入 B 的进程组 · 收养孤儿进程 · 成为僵尸 1.201 s · 退出码 3",
		"D daemon 54 被 PID 1 收养 · 创建新会话 · 执行 daemon · 退出码 0 · 仍是僵尸",
		"E bash 55 仍在运行")
}

// TestPageOfALesson: the family of a lesson has the letters of the text.
func TestPageOfALesson(t *testing.T) {
	p := openPage(t, recorded(t, "orphan"))
	wantLines(t, "family", familyOf(p)[1:],
		"A MainProcess 17257 started by brood at 5.85 ms · ended, a zombie · exit code 0 · reaped by brood",
		"B Process-1 17265 started by A at 18.21 ms · SIGKILL from A · ended, a zombie · killed by SIGKILL (-9) · reaped by A",
		"C Process-1:1 17272 started by B at 22.44 ms · adopted by PID 1 · no end in the record")
	if got := look[string](p, `document.getElementById('title').textContent`); got != "brood · lesson" {
		t.Errorf("the heading is %q", got)
	}
}

// TestPageOfCommands: the page of brood run names the command, and not a lesson.
func TestPageOfCommands(t *testing.T) {
	begun := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	var tl status.Timeline
	for i, e := range []event.Event{
		{Kind: event.Begun, PID: 1, Version: event.CommandVersion, Command: event.Paths{"gzip", "a b"}},
		{Kind: event.Started, PID: 2, Name: "run-1", File: "x"},
		{Kind: event.Exited, PID: 2, Name: "run-1", ExitCode: new(0)},
		{Kind: event.Ran, PID: 2, Name: "run-1", File: "x"},
		{Kind: event.Finished, Totals: &event.Totals{}},
	} {
		e.Time = begun.Add(time.Duration(i) * time.Second)
		tl.Apply(e)
	}
	p := openPage(t, &tl)
	heading := look[string](p, `document.getElementById('title').textContent + ': ' + document.getElementById('where').textContent`)
	if heading != "brood · run: gzip 'a b'" {
		t.Errorf("the heading is %q", heading)
	}
}

// TestMarksAreSeen: on a narrow page no sign behind a bar is cut off, and no signal or adoption covers a name.
func TestMarksAreSeen(t *testing.T) {
	begun := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	var tl status.Timeline
	for _, e := range []struct {
		after int // milliseconds
		event.Event
	}{
		{0, event.Event{Kind: event.Begun, PID: 1, Version: event.TraceVersion, Command: event.Paths{"x"}}},
		{10, event.Event{Kind: event.Started, PID: 2, PPID: 1, Name: "covered"}},
		{20, event.Event{Kind: event.Signalled, PID: 2, Signal: "SIGHUP"}},
		{60, event.Event{Kind: event.Adopted, PID: 2, PPID: 1}},
		{900, event.Event{Kind: event.Started, PID: 3, PPID: 1, Name: "short"}},
		{990, event.Event{Kind: event.Exited, PID: 3, PPID: 1, ExitCode: new(-9), Signal: "SIGKILL"}},
		{990, event.Event{Kind: event.Exited, PID: 2, PPID: 1, ExitCode: new(-15), Signal: "SIGTERM"}},
		{1000, event.Event{Kind: event.Finished, Totals: &event.Totals{}}},
	} {
		e.Time = begun.Add(time.Duration(e.after) * time.Millisecond)
		tl.Apply(e.Event)
	}
	p := openPage(t, &tl)
	p.do(chromedp.EmulateViewport(400, 740))
	p.until(`brood.view().width <= 380`)
	v := look[view](p, `brood.view()`)
	type marked struct{ SignsFrom, SignsTo, NameFrom, NameTo, X, Right float64 }
	bars := look[[]marked](p, `brood.bars()`)
	if b := bars[0]; b.NameFrom < v.x(60_000)+6 || b.NameTo > v.Width {
		t.Errorf("the name is at %g to %g, and the adoption at %g", b.NameFrom, b.NameTo, v.x(60_000))
	}
	for _, b := range bars[:2] {
		if b.SignsFrom < v.Gutter || b.SignsTo > v.Width || b.SignsTo == 0 {
			t.Errorf("the signs are at %g to %g, want them between %g and %g", b.SignsFrom, b.SignsTo, v.Gutter, v.Width)
		}
	}
	if b := bars[1]; b.SignsTo > b.X {
		t.Errorf("the signs at %g to %g cover the short bar, which begins at %g", b.SignsFrom, b.SignsTo, b.X)
	}
}
