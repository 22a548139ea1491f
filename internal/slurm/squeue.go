package slurm

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
)

// queued is what a line of squeue says about one or more tasks of an array.
type queued struct {
	array    string
	tasks    []span // nil: Slurm gives no numbers, since these tasks never had a line of their own
	state    string // PENDING, RUNNING …
	code     int    // the wait status of wait(2)
	node     string
	reason   string
	restarts int
}

// span is a range of tasks; both ends belong to it.
type span struct{ from, to int }

// queueFields are the columns. Each ends with a separator, because squeue then does not cut a value to a width.
const queueFields = "ArrayJobID:|,ArrayTaskID:|,State:|,exit_code:|,NodeList:|,Reason:|,RestartCnt:|"

// askQueue returns the tasks of all arrays with that job name: waiting tasks, running tasks, and tasks that ended
// in the last minutes. If Slurm knows no such task, the result is empty.
func askQueue(ctx context.Context, name string) ([]queued, error) {
	out, err := call(ctx, "squeue", "--noheader", "--name="+name, "--user="+strconv.Itoa(os.Getuid()),
		"--states=all", "--Format="+queueFields)
	if err != nil {
		return nil, err
	}
	var all []queued
	for line := range strings.Lines(out) {
		q, err := parseQueued(strings.TrimRight(line, "\n"))
		if err != nil {
			return nil, err
		}
		all = append(all, q)
	}
	return all, nil
}

func parseQueued(line string) (q queued, err error) {
	f := strings.Split(line, "|")
	if len(f) != 8 || f[7] != "" {
		return q, notUnderstood("squeue", line)
	}
	q = queued{array: f[0], state: f[2], node: f[4], reason: f[5]}
	numbers := []struct {
		field string
		to    *int
	}{{f[3], &q.code}, {f[6], &q.restarts}}
	for _, n := range numbers {
		if *n.to, err = strconv.Atoi(n.field); err != nil {
			return q, notUnderstood("squeue", line)
		}
	}
	var ok bool
	if q.tasks, ok = parseTasks(f[1]); !ok || !isNumber(q.array) || q.state == "" {
		return q, notUnderstood("squeue", line)
	}
	return q, nil
}

// parseTasks parses 7, 3-19%3 or 3,5,9,20-30. N/A gives nil.
func parseTasks(s string) (all []span, ok bool) {
	if s == "N/A" {
		return nil, true
	}
	s, _, _ = strings.Cut(s, "%")
	for part := range strings.SplitSeq(s, ",") {
		from, to, isRange := strings.Cut(part, "-")
		if !isRange {
			to = from
		}
		a, errA := strconv.Atoi(from)
		b, errB := strconv.Atoi(to)
		if errA != nil || errB != nil || a < 0 || b < a {
			return nil, false
		}
		all = append(all, span{a, b})
	}
	return all, true
}

// formatTasks writes ascending numbers in the form that parseTasks reads.
func formatTasks(tasks []int) string {
	var words []string
	for i := 0; i < len(tasks); {
		j := i
		for j+1 < len(tasks) && tasks[j+1] == tasks[j]+1 {
			j++
		}
		word := strconv.Itoa(tasks[i])
		if j > i {
			word += "-" + strconv.Itoa(tasks[j])
		}
		words = append(words, word)
		i = j + 1
	}
	return strings.Join(words, ",")
}

func isNumber(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// taskID returns Slurm's ID of a task: 81_3.
func taskID(array string, task int) string { return fmt.Sprintf("%s_%d", array, task) }

// count returns the number of tasks. A line without numbers counts as one.
func (q queued) count() (n int) {
	for _, t := range q.tasks {
		n += t.to - t.from + 1
	}
	return max(n, 1)
}

// isKnown tells whether q is a line of squeue, not the zero value for a task that Slurm does not know.
func (q queued) isKnown() bool { return q.state != "" }

// isWaiting tells whether the tasks have not begun.
func (q queued) isWaiting() bool { return q.state == "PENDING" }

// waitsForOthers tells whether the tasks wait until another array is over.
func (q queued) waitsForOthers() bool { return q.reason == "Dependency" }

// isOver tells whether the tasks have ended and will not run again. It is false for a state that only a newer
// version of Slurm has.
func (q queued) isOver() bool {
	switch q.state {
	case "BOOT_FAIL", "CANCELLED", "COMPLETED", "DEADLINE", "FAILED", "LAUNCH_FAILED", "NODE_FAIL", "OUT_OF_MEMORY",
		"PREEMPTED", "RECONFIG_FAIL", "REVOKED", "TIMEOUT":
		return true
	}
	return false
}

// why returns why a task ended, if its record has no end.
func (q queued) why() string {
	switch exit, signal := q.code>>8&0xff, q.code&0x7f; {
	case !q.isKnown():
		return "its record has no end, and Slurm no longer knows the task"
	case q.notLaunched():
		return "Slurm could not start the task: " + q.reason + "; can the node see the job folder?"
	case q.state == "FAILED" && exit == cannotRun:
		return "its node cannot see or run the brood in the job folder"
	case q.state == "FAILED" && exit == cannotEnter:
		return "its node does not have the current folder of brood run"
	case q.state == "FAILED" && signal != 0:
		return "Slurm: FAILED, ended by signal " + strconv.Itoa(signal)
	case q.state == "FAILED" && exit != 0:
		return "Slurm: FAILED, exit code " + strconv.Itoa(exit)
	case q.state == "COMPLETED":
		return "Slurm: COMPLETED, but the task's record has no end"
	case q.reason == "None" || q.reason == "" || q.reason == q.state:
		return "Slurm: " + q.state
	}
	return "Slurm: " + q.state + ", " + q.reason
}

// refusesNode tells whether the task could not begin, and its node is the reason.
func (q queued) refusesNode() bool {
	exit := q.code >> 8 & 0xff
	return q.notLaunched() || q.state == "FAILED" && (exit == cannotRun || exit == cannotEnter)
}

// endedItself tells whether the task ended by itself, after brood began in it: the end of its record must then appear.
func (q queued) endedItself() bool {
	return q.state == "COMPLETED" || q.state == "FAILED" && !q.notLaunched() && q.isBroods()
}

// isBroods tells whether the exit code is one of brood's. With any other code the batch script ended without brood,
// and there is no record to wait for.
func (q queued) isBroods() bool {
	exit := q.code >> 8 & 0xff
	return exit <= 2 || exit > 128
}

// notLaunched tells whether the task failed before the first line of the batch script. Slurm uses the same reason for
// a script that a signal ended, but there is no signal 53.
func (q queued) notLaunched() bool {
	return q.state == "FAILED" && q.reason == "JobLaunchFailure" && q.code&0x7f == 53
}

// waitIsNormal tells whether tasks wait for a reason that passes by itself.
func waitIsNormal(reason string) bool { return slices.Contains(normalWaits, reason) }

var normalWaits = []string{noReason, "Priority", "Resources", "JobArrayTaskLimit", "BeginTime", "Dependency"}

// noReason is Slurm's value while it has no reason yet.
const noReason = "None"
