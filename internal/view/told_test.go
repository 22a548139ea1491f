package view

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"brood/internal/event"
	"brood/internal/status"
)

// tracedEvents are those of a program with a story for each kind.
func tracedEvents() []event.Event {
	code := func(n int) *int { return &n }
	begun := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	all := []event.Event{
		{Kind: event.Begun, Version: event.TraceVersion, PID: 40, PPID: 2, Command: []string{"sh", "-c", "x"}},
		{Kind: event.Started, PID: 41, PPID: 40, Name: "sh", Command: []string{"sh", "-c", "x"}},
		{Kind: event.Subreaper, PID: 41, Name: "sh"},
		{Kind: event.Started, PID: 42, PPID: 41, Name: "sh", Method: "fork"},
		{Kind: event.Started, PID: 43, PPID: 42, Name: "sh", Method: "vfork"},
		{Kind: event.Executed, PID: 43, Name: "ls", Command: []string{"ls", "a\nb"}},
		{Kind: event.Session, PID: 43, Name: "ls"},
		{Kind: event.Grouped, PID: 42, Group: 42, Name: "sh"},
		{Kind: event.Grouped, PID: 43, Group: 42, Name: "ls"},
		{Kind: event.Signalled, PID: 43, Sender: 41, Signal: "SIGSTOP", Name: "ls"},
		{Kind: event.Stopped, PID: 43, Signal: "SIGSTOP", Name: "ls"},
		{Kind: event.Signalled, PID: 43, Sender: 7, Signal: "SIGCONT", Name: "ls"},
		{Kind: event.Continued, PID: 43, Name: "ls"},
		{Kind: event.Signalled, PID: 42, Signal: "SIGSEGV", Name: "sh"},
		{Kind: event.Zombie, PID: 42, PPID: 41, Name: "sh", ExitCode: code(-11), Signal: "SIGSEGV"},
		{Kind: event.Adopted, PID: 43, PPID: 41, Name: "ls"},
		{Kind: event.Exited, PID: 42, PPID: 41, Name: "sh", ExitCode: code(-11), Signal: "SIGSEGV"},
		{Kind: event.Signalled, PID: 43, Sender: 41, Signal: "SIGKILL", Name: "ls"},
		{Kind: event.Zombie, PID: 43, PPID: 41, Name: "ls", ExitCode: code(-9), Signal: "SIGKILL"},
		{Kind: event.Exited, PID: 41, PPID: 40, Name: "sh", ExitCode: code(0)},
		{Kind: event.Adopted, PID: 43, PPID: 1, Name: "ls"},
	}
	for i := range all {
		all[i].Time = begun.Add(time.Duration(i) * 100 * time.Millisecond)
	}
	return all
}

// toldOf returns what Told says of each event, and the family at the end.
func toldOf(lang string) (told []string, f status.Family) {
	for _, e := range tracedEvents() {
		f.Apply(e)
		if text := Told(&f, e, lang); text != "" {
			told = append(told, text)
		}
	}
	return told, f
}

func TestTold(t *testing.T) {
	told, _ := toldOf("en")
	want := []string{
		"A begins: sh -c x.",
		"A asks for the orphans among its descendants. From now on it adopts them.",
		"A has started B by fork. B is a copy of it. Both go on, and nobody knows which one is faster.",
		"B has started C by vfork. They share their memory, and B waits until C executes a program or ends.",
		`C executes ls "a\nb". It stays the same process, with the same PID, but its memory is new.`,
		"C leads a session of its own now. It has no terminal, so Ctrl-C does not reach it.",
		"B leads a process group of its own now. A signal to the group reaches its later children too.",
		"C is in the process group of B now.",
		"C gets SIGSTOP from A. Nothing can prevent its stop.",
		"C is stopped. It does nothing until SIGCONT; of the other signals only SIGKILL has an effect now.",
		"C gets SIGCONT from pid 7.",
		"C goes on.",
		"B gets SIGSEGV from the kernel. It may have a handler for that, or ignore it.",
		"B has ended: killed by SIGSEGV. It is a zombie until A waits for it.",
		"The parent of C has ended. A has adopted it, and is its parent now.",
		"B is gone: A has reaped it.",
		"C gets SIGKILL from A. Nothing can prevent its end.",
		"C has ended: killed by SIGKILL. It is a zombie until A waits for it.",
		"A has ended with exit code 0. brood has reaped it at once, so it is gone.",
		"The parent of C has ended. pid 1 has adopted it, and is its parent now.",
	}
	if strings.Join(told, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s\nwant:\n%s", strings.Join(told, "\n"), strings.Join(want, "\n"))
	}
}

// Each sentence is there in Chinese.
func TestToldInChinese(t *testing.T) {
	told, _ := toldOf("zh")
	english := regexp.MustCompile(`[a-z]{3,}`)
	for _, text := range told {
		rest := regexp.MustCompile(`sh -c x|ls "a\\nb"|fork|vfork|brood|pid|Ctrl`).ReplaceAllString(text, "")
		if found := english.FindString(rest); found != "" || strings.Contains(text, "%!") {
			t.Errorf("%q in %q", found, text)
		}
	}
}

// The family of a traced program says what the tree does not show, and nothing else.
func TestTracedFamily(t *testing.T) {
	_, f := toldOf("en")
	var drawn strings.Builder
	if err := Family(&drawn, &f, EnglishFamily, 0); err != nil {
		t.Fatal(err)
	}
	const want = `A 41 sh  started by brood · adopts orphans · exit code 0 · reaped by brood
└─ B 42 sh  a group of its own · SIGSEGV from the kernel · a zombie for 0.200 s · killed by SIGSEGV (-11)
   └─ C 43 ls  executes ls · a session of its own · in the group of B · SIGSTOP from A · stopped by SIGSTOP · ` +
		`SIGCONT from pid 7 · continued · adopted by A · SIGKILL from A · adopted by pid 1 · killed by SIGKILL (-9) · still a zombie
`
	if drawn.String() != want {
		t.Errorf("%s\nwant:\n%s", drawn.String(), want)
	}
}

// Now has the processes that exist, below their parents of the moment.
func TestNow(t *testing.T) {
	var f status.Family
	for _, e := range tracedEvents()[:12] {
		f.Apply(e)
	}
	const want = `A 41 sh  alive, child of brood
└─ B 42 sh  alive
   └─ C 43 ls  stopped
`
	if got := Now(&f, "en", 0, 0); got != want {
		t.Errorf("%s\nwant:\n%s", got, want)
	}
	if got := Now(&f, "en", 20, 2); got != "A 41 sh  alive, chil\n… and 2 more\n" {
		t.Errorf("%q", got)
	}
	for _, e := range tracedEvents()[12:] {
		f.Apply(e)
	}
	if got := Now(&f, "en", 0, 0); got != "C 43 ls  a zombie, child of pid 1\n" {
		t.Errorf("%q", got)
	}
}
