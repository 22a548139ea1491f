package slurm

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// TestParseQueued parses lines of squeue 22.05.8 from a real cluster.
func TestParseQueued(t *testing.T) {
	for line, want := range map[string]queued{
		"6|0|FAILED|1792|n1|NonZeroExitCode|0|": {
			"6", []span{{0, 0}}, "FAILED", 7 << 8, "n1", "NonZeroExitCode", 0,
		},
		"7|N/A|FAILED|9|n3|JobLaunchFailure|0|":   {"7", nil, "FAILED", 9, "n3", "JobLaunchFailure", 0},
		"1|0|CANCELLED|15|n1|None|0|":             {"1", []span{{0, 0}}, "CANCELLED", 15, "n1", "None", 0},
		"1|N/A|CANCELLED|0||JobArrayTaskLimit|0|": {"1", nil, "CANCELLED", 0, "", "JobArrayTaskLimit", 0},
		"9|0|NODE_FAIL|0|n2|NodeDown|0|":          {"9", []span{{0, 0}}, "NODE_FAIL", 0, "n2", "NodeDown", 0},
		"10|3|COMPLETED|0|n3|None|1|":             {"10", []span{{3, 3}}, "COMPLETED", 0, "n3", "None", 1},
		"10|3|PENDING|0||BeginTime|1|":            {"10", []span{{3, 3}}, "PENDING", 0, "", "BeginTime", 1},
		"1|3-19%3|PENDING|0||JobArrayTaskLimit|0|": {
			"1", []span{{3, 19}}, "PENDING", 0, "", "JobArrayTaskLimit", 0,
		},
		"5|3,5,9,20-30|PENDING|0||JobHeldUser|0|": {
			"5", []span{{3, 3}, {5, 5}, {9, 9}, {20, 30}}, "PENDING", 0, "", "JobHeldUser", 0,
		},
		"2|0-1,4%2|PENDING|0||ReqNodeNotAvail, UnavailableNodes:n1|0|": {
			"2", []span{{0, 1}, {4, 4}}, "PENDING", 0, "", "ReqNodeNotAvail, UnavailableNodes:n1", 0,
		},
		"4|2|FAILED|4021|n1|JobLaunchFailure|0|": {
			"4", []span{{2, 2}}, "FAILED", 4021, "n1", "JobLaunchFailure", 0,
		},
	} {
		if got, err := parseQueued(line); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %+v, %v; want %+v", line, got, err, want)
		}
	}
}

// TestParseQueuedRefuses checks that the error for a bad line quotes it.
func TestParseQueuedRefuses(t *testing.T) {
	for _, line := range []string{
		"", "CLUSTER: lab", "1|0|RUNNING|0|n1|None|0", "1|0|RUNNING|0|n1|None|0|x", "1|0|RUNNING|0|n1|None|0|0|",
		"1|0|RUNNING||n1|None|0|", "1|0|RUNNING|0|n1|None||", "|0|RUNNING|0|n1|None|0|", "x|0|RUNNING|0|n1|None|0|",
		"-1|0|RUNNING|0|n1|None|0|", "1|0||0|n1|None|0|", "1||RUNNING|0|n1|None|0|", "1|a|RUNNING|0|n1|None|0|",
		"1|5-3|RUNNING|0|n1|None|0|", "1|3,|RUNNING|0|n1|None|0|", "1|0,3,5-7,...|PENDING|0||None|0|",
		"1|99999999999999999999|RUNNING|0|n1|None|0|", "1|-3|RUNNING|0|n1|None|0|",
	} {
		_, err := parseQueued(line)
		says := fmt.Sprintf("squeue: not understood: %q", line)
		if !errors.Is(err, errNotUnderstood) || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v", line, err)
		}
	}
	if _, err := parseQueued(strings.Repeat("x", 1<<20)); err == nil || len(err.Error()) > 1000 {
		t.Error("the error quotes all of a long line")
	}
}

// FuzzParseQueued checks that a parsed line, written again, parses to the same value.
func FuzzParseQueued(f *testing.F) {
	f.Add("1|3-19%3|PENDING|0||JobArrayTaskLimit|0|")
	f.Add("1|N/A|CANCELLED|0||JobArrayTaskLimit|0|")
	f.Add("1|0|RUNNING|0|n1|None|0")
	f.Fuzz(func(t *testing.T, line string) {
		q, err := parseQueued(line)
		if err != nil {
			if !errors.Is(err, errNotUnderstood) {
				t.Fatal(err)
			}
			return
		}
		tasks := formatSpans(q.tasks)
		again := fmt.Sprintf("%s|%s|%s|%d|%s|%s|%d|", q.array, tasks, q.state, q.code, q.node, q.reason, q.restarts)
		if other, err := parseQueued(again); err != nil || !reflect.DeepEqual(other, q) {
			t.Errorf("%q: %+v, and again %q: %+v, %v", line, q, again, other, err)
		}
		_, _ = q.why(), q.count()
	})
}

func formatSpans(spans []span) string {
	if spans == nil {
		return "N/A"
	}
	var words []string
	for _, s := range spans {
		words = append(words, fmt.Sprintf("%d-%d", s.from, s.to))
	}
	return strings.Join(words, ",")
}

// FuzzFormatTasks checks that parseTasks reads what formatTasks writes.
func FuzzFormatTasks(f *testing.F) {
	f.Add([]byte{0}, 0)
	f.Add([]byte{1, 1, 1, 5, 1, 2}, 3)
	f.Fuzz(func(t *testing.T, steps []byte, throttle int) {
		var tasks []int
		last := -1
		for _, s := range steps {
			last += 1 + int(s%4)
			tasks = append(tasks, last)
		}
		if len(tasks) == 0 {
			return
		}
		words := fmt.Sprintf("%s%%%d", formatTasks(tasks), throttle)
		spans, ok := parseTasks(words)
		var got []int
		for _, s := range spans {
			for n := s.from; n <= s.to; n++ {
				got = append(got, n)
			}
		}
		if !ok || !slices.Equal(got, tasks) {
			t.Errorf("%v: %q: %v, %v", tasks, words, got, ok)
		}
	})
}

func TestFormatTasks(t *testing.T) {
	for want, tasks := range map[string][]int{
		"": nil, "0": {0}, "0-1": {0, 1}, "3,5,9,20-22": {3, 5, 9, 20, 21, 22}, "0-2,4-5": {0, 1, 2, 4, 5},
	} {
		if got := formatTasks(tasks); got != want {
			t.Errorf("%v: %q, want %q", tasks, got, want)
		}
	}
}

// TestWhy checks the reasons for Slurm's states, and which states are final.
func TestWhy(t *testing.T) {
	for line, want := range map[string]string{
		"6|0|FAILED|1792|n1|NonZeroExitCode|0|": "Slurm: FAILED, exit code 7",
		"7|N/A|FAILED|9|n3|JobLaunchFailure|0|": "Slurm: FAILED, ended by signal 9",
		"4|2|FAILED|4021|n1|JobLaunchFailure|0|": "Slurm could not start the task: JobLaunchFailure; " +
			"can the node see the job folder?",
		"1|0|CANCELLED|15|n1|None|0|":           "Slurm: CANCELLED",
		"9|0|NODE_FAIL|0|n2|NodeDown|0|":        "Slurm: NODE_FAIL, NodeDown",
		"20|N/A|TIMEOUT|9|n2|TimeLimit|0|":      "Slurm: TIMEOUT, TimeLimit",
		"10|3|COMPLETED|0|n3|None|1|":           "Slurm: COMPLETED, but the task's record has no end",
		"2|0|PREEMPTED|0|n3|PREEMPTED|1|":       "Slurm: PREEMPTED",
		"2|0|OUT_OF_MEMORY|0|n3|OutOfMemory|1|": "Slurm: OUT_OF_MEMORY, OutOfMemory",
	} {
		q, err := parseQueued(line)
		must(t, err)
		if got := q.why(); got != want || !q.isOver() {
			t.Errorf("%q: %q, over %v; want %q", line, got, q.isOver(), want)
		}
	}
	if got := (queued{}).why(); got != "its record has no end, and Slurm no longer knows the task" {
		t.Errorf("unknown task: %q", got)
	}
	for _, state := range []string{
		"PENDING", "RUNNING", "COMPLETING", "CONFIGURING", "SUSPENDED", "REQUEUED", "REQUEUE_HOLD", "SPECIAL_EXIT",
		"STAGE_OUT", "SIGNALING", "STOPPED", "RESIZING", "A_NEW_ONE",
	} {
		if (queued{state: state}).isOver() {
			t.Errorf("%s is taken for a final state", state)
		}
	}
}
