package report_test

import (
	"strings"
	"testing"

	"brood/internal/event"
	"brood/internal/status"
)

// failedRun is a run of two commands. One has failed, with hostile output.
func failedRun() *status.Timeline {
	var tl status.Timeline
	for _, e := range []event.Event{
		{Kind: event.Begun, PID: 1, Command: event.Paths{"make"}},
		{Kind: event.Started, PID: 2, Name: "run-1", File: "good"},
		{Kind: event.Exited, PID: 2, Name: "run-1", ExitCode: new(0)},
		{Kind: event.Ran, PID: 2, Name: "run-1", File: "good"},
		{Kind: event.Started, PID: 3, Name: "run-2", File: "bad"},
		{Kind: event.Exited, PID: 3, Name: "run-2", ExitCode: new(2), Stdout: "1\n2",
			Stderr: "</script></pre><img src=x onerror=alert(1)>\x1b[2J\u202e"},
		{Kind: event.Failed, PID: 3, Name: "run-2", File: "bad", Error: "exit code 2"},
		{Kind: event.Finished, Totals: &event.Totals{Failed: 1}},
	} {
		tl.Apply(e)
	}
	return &tl
}

// TestOutputsAreData: what a command has written is text of the record, and no part of the page.
func TestOutputsAreData(t *testing.T) {
	page := pageOf(t, failedRun(), "en")
	for _, hostile := range []string{"<img", "\x1b", "\u202e"} {
		if strings.Contains(page, hostile) {
			t.Errorf("the page contains %q", hostile)
		}
	}
	if data := string(dataOf(t, page)); !strings.Contains(data, `outputs [{"file":1,`) || !strings.Contains(data, `"1\n2"`) {
		t.Errorf("the data lack the output: %s", data)
	}
}

// TestOutputsAreShown: the page shows the last lines of failed commands.
func TestOutputsAreShown(t *testing.T) {
	p := openPage(t, failedRun())
	const want = "bad: exit code 2|standard output|1\n2|standard error|" +
		`</script></pre><img src=x onerror=alert(1)>\x1b[2J\u202e`
	got := look[string](p, `[...document.querySelectorAll('#outputs details > *')].map(e => e.textContent).join('|')`)
	if got != want {
		t.Errorf("the page shows %q, want %q", got, want)
	}
	if look[bool](p, `document.getElementById('outputsSection').hidden`) {
		t.Error("the outputs are hidden")
	}
}

// TestNoOutputs: without an output the page has no such section.
func TestNoOutputs(t *testing.T) {
	p := openPage(t, recorded(t, "copy"))
	if !look[bool](p, `document.getElementById('outputsSection').hidden`) {
		t.Error("the section is shown")
	}
}
