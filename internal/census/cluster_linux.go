package census

import (
	"os"
	"slices"
	"strconv"
	"strings"
)

// batchOf returns the number of the batch that a task copies. The batch script has put it on its command line.
func batchOf(arguments []string) (batch int, ok bool) {
	if len(arguments) == 0 || arguments[0] != "task" {
		return 0, false
	}
	for _, a := range flags(arguments) {
		if n, found := strings.CutPrefix(a, "--batch="); found {
			batch, err := strconv.Atoi(n)
			return batch, err == nil
		}
	}
	return 0, false
}

// follows tells whether a command follows a copy on a cluster.
func follows(arguments []string) bool {
	switch {
	case len(arguments) == 0:
		return false
	case arguments[0] == "follow":
		return true
	}
	return arguments[0] == "copy" && slices.ContainsFunc(flags(arguments), func(a string) bool {
		name, _, _ := strings.Cut(strings.TrimLeft(a, "-"), "=")
		return name == "on"
	})
}

// flags are the arguments before those that cannot be flags.
func flags(arguments []string) []string {
	if end := slices.Index(arguments, "--"); end >= 0 {
		return arguments[:end]
	}
	return arguments
}

// taskID is what Slurm calls a task of this machine, as its environment has it.
func (t *taker) taskID(pid int) string {
	environ, _ := os.ReadFile(t.file(pid, "environ"))
	var array, task string
	for line := range strings.SplitSeq(string(environ), "\x00") {
		switch name, value, _ := strings.Cut(line, "="); name {
		case "SLURM_ARRAY_JOB_ID":
			array = value
		case "SLURM_ARRAY_TASK_ID":
			task = value
		}
	}
	if array == "" || task == "" {
		return ""
	}
	return array + "_" + task
}
