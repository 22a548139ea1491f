package census

import (
	"slices"
	"strconv"
	"strings"

	"brood/internal/machine"
)

// batchOf reads the number of a task's batch from its arguments, as the batch script writes them.
func batchOf(arguments []string) (batch int, ok bool) {
	if len(arguments) == 0 || arguments[0] != "task" && arguments[0] != runTask {
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

// follows tells whether a command follows the tasks of a cluster.
func follows(arguments []string) bool {
	switch {
	case len(arguments) == 0:
		return false
	case arguments[0] == "follow":
		return true
	case arguments[0] != "copy" && arguments[0] != runCommand:
		return false
	}
	return slices.ContainsFunc(flags(arguments), func(a string) bool {
		name, _, _ := strings.Cut(strings.TrimLeft(a, "-"), "=")
		return name == "on"
	})
}

// flags returns the arguments before --.
func flags(arguments []string) []string {
	if end := slices.Index(arguments, "--"); end >= 0 {
		return arguments[:end]
	}
	return arguments
}

// taskID returns Slurm's ID of a task of this machine. It is in the environment of the process.
func (s *survey) taskID(pid int) string {
	environ, _ := machine.ReadFile(s.file(pid, "environ"))
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
