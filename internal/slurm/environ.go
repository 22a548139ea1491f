package slurm

import (
	"errors"
	"fmt"
	"strconv"
)

// taskEnv reads Slurm's environment variables: the ID of this task, its node, and how often Slurm restarted it.
func taskEnv(getenv func(string) string) (id, node string, restarts int, err error) {
	array, task, node := getenv("SLURM_ARRAY_JOB_ID"), getenv("SLURM_ARRAY_TASK_ID"), getenv("SLURMD_NODENAME")
	if array == "" || task == "" || node == "" {
		const names = "SLURM_ARRAY_JOB_ID, SLURM_ARRAY_TASK_ID or SLURMD_NODENAME"
		return "", "", 0, errors.New(names + " is not set: this process is no task of a Slurm array")
	}
	if s := getenv("SLURM_RESTART_COUNT"); s != "" {
		if restarts, err = strconv.Atoi(s); err != nil {
			return "", "", 0, fmt.Errorf("SLURM_RESTART_COUNT %q: not a number", s)
		}
	}
	return array + "_" + task, node, restarts, nil
}
