package view_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rivo/uniseg"

	"brood/internal/event"
	"brood/internal/status"
	"brood/internal/view"
)

// failingRun is a run in which that number of items fail.
func failingRun(n int) *status.Totals {
	run := status.Totals{Source: "a", Dest: "b"}
	for i := range n {
		run.Apply(event.Event{Kind: event.Failed, File: fmt.Sprint("f", i), Error: "open: permission denied"})
	}
	return &run
}

// below returns what the summary of a run has below its counts.
func below(t *testing.T, run *status.Totals, change func(*view.Advice)) string {
	t.Helper()
	a := view.AdviceOn(run)
	change(&a)
	var out strings.Builder
	if err := view.Summary(&out, run.Finished(run.Begun), a); err != nil {
		t.Fatal(err)
	}
	_, text, found := strings.Cut(out.String(), "\n\n")
	if !found {
		return ""
	}
	return "\n" + text
}

const sameAgain = "run the same command again to copy what is missing\n"

// TestFailures: the summary says where the other failures are, and how to copy what is missing.
func TestFailures(t *testing.T) {
	stopped := failingRun(1)
	stopped.Stopped = "SIGINT"
	unfinished := status.Totals{Source: "a", Dest: "b", Stopped: "SIGINT"}
	counted := failingRun(1)
	counted.Apply(event.Event{Kind: event.Measured, Items: 1})
	counted.Halted = "1 failed (--max-errors 1)"
	compared := failingRun(1)
	compared.Verify = true
	planned := failingRun(1)
	planned.DryRun = true
	const one = "\nfailed files\n  \"f0\": open: permission denied\n"
	const only = "to copy only these again, with the other flags of this run:\n  brood copy --retry-failed "
	recorded := func(a *view.Advice) { a.Record = "run 1.jsonl" }
	logged := func(a *view.Advice) { a.Logged = true }
	for name, row := range map[string]struct {
		run   *status.Totals
		about func(*view.Advice)
		want  string
	}{
		"none":                   {failingRun(0), logged, ""},
		"one":                    {failingRun(1), logged, one + sameAgain},
		"recorded":               {failingRun(1), recorded, one + only + "'run 1.jsonl'\n"},
		"a record like a flag":   {failingRun(1), func(a *view.Advice) { a.Record = "-r" }, one + only + "./-r\n"},
		"an unprintable record":  {failingRun(1), func(a *view.Advice) { a.Record = "\x1b[2J" }, one + only + "RECORD\n"},
		"stopped, recorded":      {stopped, recorded, one + sameAgain},
		"stopped, none failed":   {&unfinished, recorded, "\n" + sameAgain},
		"halted by the last one": {counted, recorded, one + only + "'run 1.jsonl'\n"},
		"compared":               {compared, recorded, one},
		"a dry run":              {planned, logged, one},
	} {
		if got := below(t, row.run, row.about); got != row.want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, row.want)
		}
	}
	for want, about := range map[string]func(*view.Advice){
		"  … and 2 more: brood report 'run 1.jsonl'\n":                                    recorded,
		"  … and 2 more, see the log; with --record FILE, brood report FILE lists them\n": logged,
		"  … and 2 more; with --record FILE, brood report FILE lists them\n":              func(*view.Advice) {},
		"  … and 2 more\n": func(a *view.Advice) { a.Listed = true },
	} {
		got := below(t, failingRun(12), about)
		if !strings.Contains(got, "\"f9\": open: permission denied\n"+want) {
			t.Errorf("got\n%s\nwant ten failures and %s", got, want)
		}
	}
}

// TestFailuresFit: a failure has one line, no wider than the terminal, with the end of its name and of its reason.
func TestFailuresFit(t *testing.T) {
	run := status.Totals{Source: "a", Dest: "b"}
	run.Apply(event.Event{Kind: event.Failed, File: strings.Repeat("很长的", 30) + "/\x1b[2J\n.mov",
		Error: "its process ended with exit code 2: panic:\n" + strings.Repeat("x ", 60) + "no space left on device"})
	for columns := 30; columns < 200; columns++ {
		text := below(t, &run, func(a *view.Advice) { a.Columns = columns })
		line := strings.Split(text, "\n")[2]
		if width := uniseg.StringWidth(line); width > columns {
			t.Errorf("%d columns on %d: %s", width, columns, line)
		}
		if !strings.Contains(line, `.mov": `) || !strings.HasSuffix(line, "device\"") {
			t.Errorf("on %d columns the end of the name or of the reason is missing: %s", columns, line)
		}
		if strings.ContainsAny(line, "\x1b\r") {
			t.Errorf("an escape in %q", line)
		}
	}
}

// TestReportNamesFailuresOnce: the report of a record has a list of its own only for what the summary leaves out.
func TestReportNamesFailuresOnce(t *testing.T) {
	for failures, want := range map[int]int{1: 1, 10: 1, 11: 2} {
		var record strings.Builder
		record.WriteString(`{"time":"2026-03-01T12:00:00Z","kind":"begun","version":2,"pid":40,"source":"a","dest":"b"}` + "\n")
		for i := range failures {
			fmt.Fprintf(&record, `{"time":"2026-03-01T12:00:01Z","kind":"failed","file":"f%d","error":"open: x"}`+"\n", i)
		}
		record.WriteString(`{"time":"2026-03-01T12:00:02Z","kind":"finished"}` + "\n")
		var out strings.Builder
		if err := view.Report(&out, recorded(t, record.String()), "en", 80, "run.jsonl"); err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(out.String(), "\"f0\""); got != want {
			t.Errorf("of %d failures the first is named %d times, want %d:\n%s", failures, got, want, out.String())
		}
		last := fmt.Sprintf("\"f%d\": open: x\n", failures-1)
		if !strings.Contains(out.String(), last) {
			t.Errorf("of %d failures the last is missing:\n%s", failures, out.String())
		}
	}
}
