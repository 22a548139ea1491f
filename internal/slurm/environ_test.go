package slurm

import (
	"strings"
	"testing"
)

// TestNoTask checks the errors outside of a Slurm array.
func TestNoTask(t *testing.T) {
	for name, row := range map[string]struct{ variable, value, says string }{
		"no array":  {"SLURM_ARRAY_JOB_ID", "", "is no task of a Slurm array"},
		"no task":   {"SLURM_ARRAY_TASK_ID", "", "is no task of a Slurm array"},
		"no node":   {"SLURMD_NODENAME", "", "is no task of a Slurm array"},
		"no number": {"SLURM_RESTART_COUNT", "many", `SLURM_RESTART_COUNT "many"`},
		"no folder": {"SLURM_RESTART_COUNT", "1", "job folder"}, // the fence needs the folder
	} {
		t.Run(name, func(t *testing.T) {
			_, err := newFolder(t, Request{}).Task(0, 0, false, slurmSets(row.variable, row.value))
			if err == nil || !strings.Contains(err.Error(), row.says) {
				t.Errorf("%v, want %q", err, row.says)
			}
		})
	}
}
