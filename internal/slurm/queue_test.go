package slurm

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// TestParseQueued reads lines that squeue 22.05.8 has said, each of which a cluster had a reason for.
func TestParseQueued(t *testing.T) {
	for line, want := range map[string]queued{
		"6|0|FAILED|1792|n1|NonZeroExitCode|0|":                        {array: "6", tasks: []span{{0, 0}}, state: "FAILED", code: 7 << 8, node: "n1", reason: "NonZeroExitCode"},
		"7|N/A|FAILED|9|n3|JobLaunchFailure|0|":                        {array: "7", state: "FAILED", code: 9, node: "n3", reason: "JobLaunchFailure"},
		"1|0|CANCELLED|15|n1|None|0|":                                  {array: "1", tasks: []span{{0, 0}}, state: "CANCELLED", code: 15, node: "n1", reason: "None"},
		"1|N/A|CANCELLED|0||JobArrayTaskLimit|0|":                      {array: "1", state: "CANCELLED", reason: "JobArrayTaskLimit"},
		"9|0|NODE_FAIL|0|n2|NodeDown|0|":                               {array: "9", tasks: []span{{0, 0}}, state: "NODE_FAIL", node: "n2", reason: "NodeDown"},
		"10|3|COMPLETED|0|n3|None|1|":                                  {array: "10", tasks: []span{{3, 3}}, state: "COMPLETED", node: "n3", reason: "None", restarts: 1},
		"10|3|PENDING|0||BeginTime|1|":                                 {array: "10", tasks: []span{{3, 3}}, state: "PENDING", reason: "BeginTime", restarts: 1},
		"1|3-19%3|PENDING|0||JobArrayTaskLimit|0|":                     {array: "1", tasks: []span{{3, 19}}, state: "PENDING", reason: "JobArrayTaskLimit"},
		"5|3,5,9,20-30|PENDING|0||JobHeldUser|0|":                      {array: "5", tasks: []span{{3, 3}, {5, 5}, {9, 9}, {20, 30}}, state: "PENDING", reason: "JobHeldUser"},
		"2|0-1,4%2|PENDING|0||ReqNodeNotAvail, UnavailableNodes:n1|0|": {array: "2", tasks: []span{{0, 1}, {4, 4}}, state: "PENDING", reason: "ReqNodeNotAvail, UnavailableNodes:n1"},
		"4|2|FAILED|4021|n1|JobLaunchFailure|0|":                       {array: "4", tasks: []span{{2, 2}}, state: "FAILED", code: 4021, node: "n1", reason: "JobLaunchFailure"},
	} {
		if got, err := parseQueued(line); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %+v, %v; want %+v", line, got, err, want)
		}
	}
}

// TestParseQueuedRefuses: what is no such line is an error that has it.
func TestParseQueuedRefuses(t *testing.T) {
	for _, line := range []string{
		"", "CLUSTER: lab", "1|0|RUNNING|0|n1|None|0", "1|0|RUNNING|0|n1|None|0|x", "1|0|RUNNING|0|n1|None|0|0|", "1|0|RUNNING||n1|None|0|",
		"1|0|RUNNING|0|n1|None||", "|0|RUNNING|0|n1|None|0|", "x|0|RUNNING|0|n1|None|0|", "-1|0|RUNNING|0|n1|None|0|", "1|0||0|n1|None|0|",
		"1||RUNNING|0|n1|None|0|", "1|a|RUNNING|0|n1|None|0|", "1|5-3|RUNNING|0|n1|None|0|", "1|3,|RUNNING|0|n1|None|0|", "1|0,3,5-7,...|PENDING|0||None|0|",
		"1|99999999999999999999|RUNNING|0|n1|None|0|", "1|-3|RUNNING|0|n1|None|0|",
	} {
		_, err := parseQueued(line)
		if !errors.Is(err, errNotUnderstood) || !strings.Contains(err.Error(), fmt.Sprintf("squeue: not understood: %q", line)) {
			t.Errorf("%q: %v", line, err)
		}
	}
	if _, err := parseQueued(strings.Repeat("x", 1<<20)); err == nil || len(err.Error()) > 1000 {
		t.Error("a long line is shown as a whole")
	}
}

// FuzzParseQueued: whatever is read means what it says.
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
		again := fmt.Sprintf("%s|%s|%s|%d|%s|%s|%d|", q.array, spansInWords(q.tasks), q.state, q.code, q.node, q.reason, q.restarts)
		if other, err := parseQueued(again); err != nil || !reflect.DeepEqual(other, q) {
			t.Errorf("%q: %+v, and again %q: %+v, %v", line, q, again, other, err)
		}
		_, _ = q.why(), q.count()
	})
}

func spansInWords(spans []span) string {
	if spans == nil {
		return "N/A"
	}
	var words []string
	for _, s := range spans {
		words = append(words, fmt.Sprintf("%d-%d", s.from, s.to))
	}
	return strings.Join(words, ",")
}

// FuzzTasksInWords: what is written as words is read as the same tasks.
func FuzzTasksInWords(f *testing.F) {
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
		words := fmt.Sprintf("%s%%%d", tasksInWords(tasks), throttle)
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

func TestTasksInWords(t *testing.T) {
	for want, tasks := range map[string][]int{"": nil, "0": {0}, "0-1": {0, 1}, "3,5,9,20-22": {3, 5, 9, 20, 21, 22}, "0-2,4-5": {0, 1, 2, 4, 5}} {
		if got := tasksInWords(tasks); got != want {
			t.Errorf("%v: %q, want %q", tasks, got, want)
		}
	}
}

// TestWhy: the reason is Slurm's own, in words.
func TestWhy(t *testing.T) {
	for line, want := range map[string]string{
		"6|0|FAILED|1792|n1|NonZeroExitCode|0|":  "Slurm: FAILED, exit code 7",
		"7|N/A|FAILED|9|n3|JobLaunchFailure|0|":  "Slurm: FAILED, ended by signal 9",
		"4|2|FAILED|4021|n1|JobLaunchFailure|0|": "Slurm could not start it: JobLaunchFailure, as when the node does not see the job folder",
		"1|0|CANCELLED|15|n1|None|0|":            "Slurm: CANCELLED",
		"9|0|NODE_FAIL|0|n2|NodeDown|0|":         "Slurm: NODE_FAIL, NodeDown",
		"20|N/A|TIMEOUT|9|n2|TimeLimit|0|":       "Slurm: TIMEOUT, TimeLimit",
		"10|3|COMPLETED|0|n3|None|1|":            "Slurm: COMPLETED, but it has written no end",
		"2|0|PREEMPTED|0|n3|PREEMPTED|1|":        "Slurm: PREEMPTED",
		"2|0|OUT_OF_MEMORY|0|n3|OutOfMemory|1|":  "Slurm: OUT_OF_MEMORY, OutOfMemory",
	} {
		q, err := parseQueued(line)
		must(t, err)
		if got := q.why(); got != want || !q.isOver() {
			t.Errorf("%q: %q, over %v; want %q", line, got, q.isOver(), want)
		}
	}
	if got := (queued{}).why(); got != "it has told no end, and Slurm does not know it any more" {
		t.Errorf("nothing known: %q", got)
	}
	for _, state := range []string{"PENDING", "RUNNING", "COMPLETING", "CONFIGURING", "SUSPENDED", "REQUEUED", "REQUEUE_HOLD", "SPECIAL_EXIT", "STAGE_OUT", "SIGNALING", "STOPPED", "RESIZING", "A_NEW_ONE"} {
		if (queued{state: state}).isOver() {
			t.Errorf("%s: is taken for the end", state)
		}
	}
}

// config is what scontrol show config says, in part.
const config = `Configuration data as of 2026-11-29T01:00:00
AccountingStorageBackupHost = (null)
JobRequeue              = 1
MaxArraySize            = 1001
MaxJobCount             = 10000
SLURM_VERSION           = 22.05.8
TopologyParam           = a=b

Slurmctld(primary) at vm is UP
`

func TestParseLimits(t *testing.T) {
	if l, err := parseLimits(config); err != nil || l != (limits{"22.05.8", 1001, 10000}) {
		t.Errorf("%+v, %v", l, err)
	}
	for name, row := range map[string]struct{ old, new, says string }{
		"no version":     {"SLURM_VERSION ", "OTHER", "scontrol show config: not understood: \"no SLURM_VERSION\""},
		"no array size":  {"MaxArraySize ", "OTHER", `scontrol show config: not understood: "MaxArraySize = "`},
		"no number":      {"10000", "UNLIMITED", `scontrol show config: not understood: "MaxJobCount = UNLIMITED"`},
		"no arrays":      {"1001", "1", "scontrol show config: MaxArraySize = 1: this cluster takes no job arrays"},
		"arrays are off": {"1001", "0", "scontrol show config: MaxArraySize = 0: this cluster takes no job arrays"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := parseLimits(strings.Replace(config, row.old, row.new, 1)); err == nil || err.Error() != row.says {
				t.Errorf("%v, want %q", err, row.says)
			}
		})
	}
	if _, err := parseLimits(""); err == nil {
		t.Error("an empty answer is taken for limits")
	}
}

// TestSbatchSays: an ID is a number, or nothing was understood; what is refused is told in sbatch's words.
func TestSbatchSays(t *testing.T) {
	for name, row := range map[string]struct {
		script, id, err  string
		unanswered, full bool
	}{
		"an ID":        {"echo 36", "36", "", false, false},
		"of a cluster": {"echo '36;lab'", "36", "", false, false},
		"in words":     {"echo Submitted batch job 37", "", `sbatch: not understood: "Submitted batch job 37\n"`, false, false},
		"nothing":      {"", "", `sbatch: not understood: ""`, false, false},
		"no partition": {"echo 'sbatch: error: invalid partition specified: nosuch' >&2; echo 'sbatch: error: Batch job submission failed: Invalid partition name specified' >&2; exit 1",
			"", "sbatch: invalid partition specified: nosuch; Batch job submission failed: Invalid partition name specified", false, false},
		"controller away": {"echo 'sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)' >&2; exit 1",
			"", "sbatch: Batch job submission failed: Unable to contact slurm controller (connect failure)", true, false},
		"full": {"echo 'sbatch: error: Slurm temporarily unable to accept job, sleeping and retrying' >&2; echo 'sbatch: error: Batch job submission failed: Resource temporarily unavailable' >&2; exit 1",
			"", "sbatch: Slurm temporarily unable to accept job, sleeping and retrying; Batch job submission failed: Resource temporarily unavailable", false, true},
		"silent": {"exit 3", "", "sbatch: exit status 3", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			standIns(t, map[string]string{"sbatch": row.script})
			id, err := sbatch(context.Background(), nil)
			if said := fmt.Sprint(err); id != row.id || row.err == "" && err != nil || row.err != "" && said != row.err {
				t.Errorf("%q, %v; want %q, %q", id, err, row.id, row.err)
			}
			if unanswered(err) != row.unanswered || full(err) != row.full {
				t.Errorf("unanswered %v, full %v", unanswered(err), full(err))
			}
		})
	}
}

// TestNoSlurm: that there is no Slurm on this machine is said.
func TestNoSlurm(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := Ask(context.Background())
	if err == nil || err.Error() != "scontrol: is not there: is this a machine from which jobs are submitted?" || unanswered(err) {
		t.Error(err)
	}
}

// TestEnvironment: what a user has set for squeue does not change what is read.
func TestEnvironment(t *testing.T) {
	got := environment([]string{"HOME=/h", "SQUEUE_FORMAT=%i", "SCONTROL_ALL=1", "SLURM_TIME_FORMAT=relative", "SLURM_CONF=/c", "SBATCH_PARTITION=p", "SLURM_BITSTR_LEN=64"})
	if want := []string{"HOME=/h", "SLURM_CONF=/c", "SBATCH_PARTITION=p", "SLURM_BITSTR_LEN=64", "SLURM_BITSTR_LEN=0", "LC_ALL=C"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
