package slurm

import (
	"context"
	"os"
	"strconv"
	"strings"
)

// limits are the cluster's.
type limits struct {
	version string
	array   int // tasks of an array
	jobs    int // of all users, each task being one
}

func askLimits(ctx context.Context) (limits, error) {
	out, err := call(ctx, "scontrol", "show", "config")
	if err != nil {
		return limits{}, err
	}
	return parseLimits(out)
}

func parseLimits(out string) (l limits, err error) {
	values := map[string]string{}
	for line := range strings.Lines(out) {
		name, value, _ := strings.Cut(line, "=")
		values[strings.TrimSpace(name)] = strings.TrimSpace(value)
	}
	l.version = values["SLURM_VERSION"]
	for name, to := range map[string]*int{"MaxArraySize": &l.array, "MaxJobCount": &l.jobs} {
		if *to, err = strconv.Atoi(values[name]); err != nil {
			return l, notUnderstood("scontrol show config", name+" = "+values[name])
		}
	}
	switch {
	case l.version == "":
		return l, notUnderstood("scontrol show config", "no SLURM_VERSION")
	case l.array < 2: // 0 or 1: the cluster has no arrays
		return l, &CommandError{"scontrol show config", "MaxArraySize = " + strconv.Itoa(l.array) + ": this cluster takes no job arrays", nil}
	}
	return l, nil
}

// queued is a line of squeue: one or more tasks of an array.
type queued struct {
	array    string
	tasks    []span // nil: those that have no line of their own
	state    string // PENDING, RUNNING …
	code     int    // as wait(2) has it
	node     string
	reason   string
	restarts int
}

// span is tasks from one to another, both included.
type span struct{ from, to int }

// queueFields is a separator behind each, so that nothing is cut to a width.
const queueFields = "ArrayJobID:|,ArrayTaskID:|,State:|,exit_code:|,NodeList:|,Reason:|,RestartCnt:|"

// askQueue is what Slurm knows of the tasks of all arrays of that name: those to come, those that
// run, and for some minutes those that have ended. Where it knows none the answer is empty.
func askQueue(ctx context.Context, name string) ([]queued, error) {
	out, err := call(ctx, "squeue", "--noheader", "--name="+name, "--user="+strconv.Itoa(os.Getuid()), "--states=all", "--Format="+queueFields)
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

// sbatch submits an array and returns its ID.
func sbatch(ctx context.Context, args []string) (string, error) {
	out, err := call(ctx, "sbatch", args...)
	if err != nil {
		return "", err
	}
	id, _, _ := strings.Cut(strings.TrimSpace(out), ";") // a cluster's name may follow
	if !isNumber(id) {
		return "", notUnderstood("sbatch", out)
	}
	return id, nil
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

// parseTasks reads 7, 3-19%3, or 3,5,9,20-30.
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

// tasksInWords is what parseTasks reads, of numbers in ascending order.
func tasksInWords(tasks []int) string {
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

// isOver tells whether tasks in that state run no more, and will not again.
func (q queued) isOver() bool {
	switch q.state {
	case "BOOT_FAIL", "CANCELLED", "COMPLETED", "DEADLINE", "FAILED", "LAUNCH_FAILED", "NODE_FAIL", "OUT_OF_MEMORY", "PREEMPTED", "RECONFIG_FAIL", "REVOKED", "TIMEOUT":
		return true
	}
	return false // also of a state that a later version has
}

// why is the reason for which a task that has told no end has ended.
func (q queued) why() string {
	switch exit, signal := q.code>>8&0xff, q.code&0x7f; {
	case q.state == "":
		return "it has told no end, and Slurm does not know it any more"
	case q.notLaunched():
		return "Slurm could not start it: " + q.reason + ", as when the node does not see the job folder"
	case q.state == "FAILED" && exit == cannotRun:
		return "its node does not see the brood in the job folder, or may not run it"
	case q.state == "FAILED" && signal != 0:
		return "Slurm: FAILED, ended by signal " + strconv.Itoa(signal)
	case q.state == "FAILED" && exit != 0:
		return "Slurm: FAILED, exit code " + strconv.Itoa(exit)
	case q.state == "COMPLETED":
		return "Slurm: COMPLETED, but it has written no end"
	case q.reason == "None" || q.reason == "" || q.reason == q.state:
		return "Slurm: " + q.state
	}
	return "Slurm: " + q.state + ", " + q.reason
}

// refusesNode tells whether the task could not begin for a reason that is its node's.
func (q queued) refusesNode() bool {
	return q.notLaunched() || q.state == "FAILED" && q.code>>8&0xff == cannotRun
}

// isBroods tells whether an exit code is one that brood has once it has begun: whatever else the batch script ends with,
// no record is to come.
func (q queued) isBroods() bool {
	exit := q.code >> 8 & 0xff
	return exit <= 2 || exit > 128
}

// notLaunched tells whether the task has failed before its first line: Slurm says so, too, of a script
// that a signal has ended, but there is no signal 53.
func (q queued) notLaunched() bool {
	return q.state == "FAILED" && q.reason == "JobLaunchFailure" && q.code&0x7f == 53
}
