package view_test

import (
	"strings"
	"testing"

	"brood/internal/event"
	"brood/internal/view"
)

// People read why tasks wait and which commands have failed. The joblog has the node of a command, and no task.
func TestCommandsOnCluster(t *testing.T) {
	var said, log strings.Builder
	joblog := view.NewJoblog(&log, true)
	for _, read := range []func(event.Event){view.Commands(&said), joblog.Read} {
		for _, e := range []event.Event{
			{Kind: event.Pending, Tasks: 2, Reason: "Resources"},
			{Kind: event.Pending, Reason: "Slurm does not answer"},
			{Kind: event.Started, Name: "task-1", Node: "n1", Task: "7_0", PID: 5, File: "a", Items: 2},
			{Kind: event.Started, Name: "run-1", Node: "n1", PID: 6, PPID: 5, Seq: 1, File: "a",
				Command: []string{"echo", "a"}},
			{Kind: event.Exited, Name: "run-1", Node: "n1", PID: 6, File: "a", ExitCode: new(int)},
			{Kind: event.Ran, Name: "run-1", Node: "n1", PID: 6, Seq: 1, File: "a"},
			{Kind: event.Exited, Name: "task-1", Node: "n1", Task: "7_0", PID: 5, File: "a", ExitCode: new(int)},
			{Kind: event.Retried, Name: "task-1", Node: "n1", Task: "7_0", PID: 5, File: "a", Error: "NODE_FAIL",
				Attempt: 1},
			{Kind: event.Failed, File: "b", Seq: 2, Error: "NODE_FAIL"},
		} {
			read(e)
		}
	}
	want := "brood: 2 tasks waiting: Resources\nbrood: Slurm does not answer\n" +
		"brood: a: NODE_FAIL; attempt 2 follows\nbrood: b: NODE_FAIL\n"
	if said.String() != want {
		t.Errorf("people read\n%s\nwant\n%s", said.String(), want)
	}
	if got := log.String(); !strings.HasPrefix(got, "1\tn1\t") || !strings.HasSuffix(got, "\t0\t0\techo a\n") ||
		strings.Count(got, "\n") != 1 || joblog.Err() != nil {
		t.Errorf("the joblog has %q, %v", got, joblog.Err())
	}
}
