package status_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"brood/internal/event"
	"brood/internal/status"
)

// cluster returns a run on two nodes whose processes have the same PIDs: 20 for the task and 21 for its child. The
// task on n2 is lost with its child, and tried again on n1.
func cluster() []event.Event {
	task := func(when float64, kind event.Kind, name, node, id string) event.Event {
		return at(when, event.Event{Kind: kind, Name: name, PID: 20, PPID: 1, Node: node, Task: id, File: "a",
			Items: 2})
	}
	child := func(when float64, kind event.Kind, name, node, file string) event.Event {
		return at(when, event.Event{Kind: kind, Name: name, PID: 21, PPID: 20, Node: node, File: file, Items: 1})
	}
	ends := func(e event.Event) event.Event { e.PPID, e.ExitCode = 0, new(0); return e }
	lost := func(e event.Event, why string) event.Event { e.PPID, e.Reason = 0, why; return e }
	moves := func(e event.Event, bytes int64) event.Event { e.Bytes, e.Size = bytes, 40*mib; return e }
	retried := task(8, event.Retried, "task-2", "n2", "81_1")
	retried.Attempt, retried.Error = 1, "NODE_FAIL"
	return []event.Event{
		runBegun, measured,
		at(0, event.Event{Kind: event.Submitted, Array: "81", Tasks: 3}),
		at(0, event.Event{Kind: event.Pending, Tasks: 3, Reason: "Resources"}),
		task(1, event.Started, "task-1", "n1", "81_0"),
		child(2, event.Started, "copy-1", "n1", "a"),
		task(1, event.Started, "task-2", "n2", "81_1"),
		child(2, event.Started, "copy-2", "n2", "b"),
		moves(child(3, event.Progress, "copy-1", "n1", "a"), 10*mib),
		moves(child(3, event.Progress, "copy-2", "n2", "b"), 20*mib),
		moves(child(4, event.Copied, "copy-1", "n1", "a"), 40*mib),
		ends(child(5, event.Exited, "copy-1", "n1", "a")),
		lost(child(8, event.Exited, "copy-2", "n2", "b"), "its node has failed"),
		lost(task(8, event.Exited, "task-2", "n2", "81_1"), "NODE_FAIL"),
		retried,
		ends(task(9, event.Exited, "task-1", "n1", "81_0")),
		task(10, event.Started, "task-2", "n1", "81_1"),
		child(11, event.Started, "copy-3", "n1", "b"),
		moves(child(12, event.Copied, "copy-3", "n1", "b"), 40*mib),
		ends(child(12, event.Exited, "copy-3", "n1", "b")),
		ends(task(13, event.Exited, "task-2", "n1", "81_1")),
	}
}

// TestRunOnACluster checks that tasks do not count as children, and lost children not as abandoned.
func TestRunOnACluster(t *testing.T) {
	var run status.Totals
	for _, e := range cluster() {
		run.Apply(e)
	}
	e := run.Finished(at(13, event.Event{}).Time)
	want := event.Totals{Nodes: 2, Children: 3, Peak: 2, Retried: 1, Rate: float64(80*mib) / 13}
	if !reflect.DeepEqual(*e.Totals, want) || e.Files != 2 || e.Tasks != 3 || run.Running != 0 {
		t.Errorf("%+v, want %+v; %d files, %d tasks, %d running", *e.Totals, want, e.Files, e.Tasks, run.Running)
	}
}

// TestStandingOfACluster checks that processes with equal PIDs are told apart, and that tasks are not children.
func TestStandingOfACluster(t *testing.T) {
	now := func(after int) (children []string, tasks, nodes, waiting int, why string) {
		s := standing(cluster()[:after]...)
		for _, c := range s.Children() {
			children = append(children, fmt.Sprintf("%s@%s %s %d", c.Name, c.Node, c.File, c.Bytes/mib))
		}
		tasks, nodes = s.Tasks()
		return children, tasks, nodes, s.Waiting, s.Why
	}
	for _, row := range []struct {
		after int // number of events
		want  string
	}{
		{3, "[] 0 0 3 "},
		{4, "[] 0 0 3 Resources"},
		{6, "[copy-1@n1 a 0] 1 1 2 Resources"},
		{10, "[copy-1@n1 a 10 copy-2@n2 b 20] 2 2 1 Resources"},
		{12, "[copy-2@n2 b 20] 2 2 1 Resources"},
		{13, "[] 2 2 1 Resources"},
		{14, "[] 1 1 1 Resources"},
		{18, "[copy-3@n1 b 0] 1 1 0 "},
		{21, "[] 0 0 0 "},
	} {
		children, tasks, nodes, waiting, why := now(row.after)
		if got := fmt.Sprint(children, " ", tasks, " ", nodes, " ", waiting, " ", why); got != row.want {
			t.Errorf("after %d events %q, want %q", row.after, got, row.want)
		}
	}
	s := standing(cluster()...)
	if s.Copied() != 80*mib || s.Settled() != 2 {
		t.Errorf("%d bytes, %d names, want the copied items and nothing of the lost ones", s.Copied(), s.Settled())
	}
}

// TestStandingByTask checks that each task has its own children, and keeps the bytes that these have moved.
func TestStandingByTask(t *testing.T) {
	for after, want := range map[int]string{
		4:  "",
		6:  "task-1 81_0 n1 20 0: copy-1 0, ",
		10: "task-1 81_0 n1 20 10: copy-1 10, task-2 81_1 n2 20 20: copy-2 20, ",
		12: "task-1 81_0 n1 20 40: task-2 81_1 n2 20 20: copy-2 20, ",
		18: "task-2 81_1 n1 20 0: copy-3 0, ",
		21: "",
	} {
		s := standing(cluster()[:after]...)
		got := ""
		for _, task := range s.ByTask() {
			got += fmt.Sprintf("%s %s %s %d %d: ", task.Name, task.ID, task.Node, task.PID, task.Moved/mib)
			for _, c := range task.Children {
				got += fmt.Sprintf("%s %d, ", c.Name, c.Moved/mib)
			}
		}
		if got != want {
			t.Errorf("after %d events %q, want %q", after, got, want)
		}
	}
	s := standing(cluster()[:10]...)
	if rate := s.ByTask()[1].Rate(at(3, runBegun).Time); int64(rate+0.5) != 10*mib { // in two seconds
		t.Errorf("%f bytes a second", rate)
	}
	if s.ByTask(); len(s.ByTask()[0].Children) != 1 {
		t.Errorf("children are there more than once: %+v", s.ByTask()[0].Children)
	}
}

// TestFamilyOfACluster checks the tree of parent, tasks and children when processes have equal PIDs.
func TestFamilyOfACluster(t *testing.T) {
	var f status.Family
	f.Apply(at(0, event.Event{Kind: event.Started, Name: "brood", PID: 1, PPID: 7}))
	for _, e := range cluster()[:15] {
		f.Apply(e)
	}
	names := func(members []*status.Member) string {
		var all []string
		for _, m := range members {
			all = append(all, m.Name)
		}
		return strings.Join(all, " ")
	}
	parent, first, second := f.Members[0], f.Named("task-1"), f.Named("task-2")
	got := names(f.Children(parent)) + ", " + names(f.Children(first)) + ", " + names(f.Children(second))
	if got != "task-1 task-2, copy-1, copy-2" {
		t.Errorf("children: %s", got)
	}
	if f.Of(event.Process{Node: "n2", PID: 21}) != f.Named("copy-2") || f.Of(event.Process{PID: 21}) != nil {
		t.Error("not found by node and PID")
	}
	gone := f.Named("copy-2")
	if gone.Lost != "its node has failed" || gone.ExitCode != nil || !gone.Reaped.IsZero() ||
		!gone.Ended.Equal(at(8, runBegun).Time) {
		t.Errorf("%+v, want it lost", gone)
	}
	if done := f.Named("copy-1"); done.Lost != "" || done.ExitCode == nil || !done.Ended.Equal(at(5, runBegun).Time) {
		t.Errorf("%+v, want it as it ended", done)
	}
}

// TestTimelineOfACluster checks that each life is on its node and below its task.
func TestTimelineOfACluster(t *testing.T) {
	tl := timeline(cluster()...)
	var rows []string
	for _, l := range tl.Rows() {
		parent := "brood"
		if l.Parent != nil {
			parent = l.Parent.Name
		}
		rows = append(rows, fmt.Sprintf("%s@%s of %s: %s %s", l.Name, l.Node, parent, phases(l), l.Lost))
	}
	want := []string{
		"task-1@n1 of brood: task 1-9 ", "copy-1@n1 of task-1: running 2-5 ",
		"task-2@n2 of brood: task 1-8 NODE_FAIL", "copy-2@n2 of task-2: running 2-8 its node has failed",
		"task-2@n1 of brood: task 10-13 ", "copy-3@n1 of task-2: running 11-12 ",
	}
	if !reflect.DeepEqual(rows, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(rows, "\n"), strings.Join(want, "\n"))
	}
	gone := tl.Lives[3]
	spans := gone.Spans(tl.End())
	if len(spans) != 2 || spans[1].Kind != status.Lost || spans[1].To != gone.Ended ||
		!gone.Reaped.IsZero() || gone.Failed != 0 {
		t.Errorf("%+v %+v, want it lost and never a zombie", gone, spans)
	}
	if task := tl.Lives[2]; task.Retried != 1 {
		t.Errorf("%+v, want it to be tried again", task)
	}
	if f := tl.Files[1]; f.Life != tl.Lives[5] || f.Took() != time.Second {
		t.Errorf("%+v, want it from the second attempt", f)
	}
}

// TestLanesOfACluster checks that the slots of a node are together, those of its tasks first.
func TestLanesOfACluster(t *testing.T) {
	var got []string
	for _, lane := range timeline(cluster()...).Lanes() {
		var names []string
		for _, l := range lane.Lives {
			names = append(names, l.Name)
		}
		got = append(got, fmt.Sprintf("%s %v %d: %s", lane.Node, lane.Tasks, lane.Slot, strings.Join(names, " ")))
	}
	want := []string{"n1 true 0: task-1 task-2", "n1 false 0: copy-1 copy-3",
		"n2 true 0: task-2", "n2 false 0: copy-2"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestClocksOfACluster checks that a process does not end before its start when the clock of another machine is
// behind.
func TestClocksOfACluster(t *testing.T) {
	tl := timeline(runBegun,
		at(5, event.Event{Kind: event.Started, Name: "task-1", PID: 20, PPID: 1, Node: "n1", Task: "81_0"}),
		at(3, event.Event{Kind: event.Exited, Name: "task-1", PID: 20, Node: "n1", Task: "81_0", Reason: "NODE_FAIL"}))
	if l := tl.Lives[0]; !l.Ended.Equal(l.Started) || phases(l) != "task 5-5" {
		t.Errorf("%+v", l)
	}
}
