package cli

import (
	"strings"
	"testing"
)

// TestClusterUsage: what makes no sense on a cluster, or without one, is said before Slurm is asked for anything.
func TestClusterUsage(t *testing.T) {
	for _, row := range []struct{ flags, says string }{
		{"--detach", "detach: says something about a cluster, which is asked for by --on slurm"},
		{"--partition=p", "partition: says something about a cluster"},
		{"--job-dir=d", "job-dir: says something about a cluster"},
		{"--on=pbs", `on "pbs": want slurm`},
		{"--on=slurm --resume", "resume: not with --on slurm"},
		{"--on=slurm --bwlimit=10M", "bwlimit: with --on slurm wants --nodes or --array-throttle too"},
		{"--on=slurm --detach --daemon", "detach and daemon: "},
		{"--on=slurm --detach --max-errors=3", "detach: nobody is there to see to --halt or --max-errors"},
		{"--on=slurm --detach --record=r", "detach: nobody is there to write --record"},
		{"--on=slurm --nodes=2 --array-throttle=3", "nodes and array-throttle: want one of the two"},
		{"--on=slurm --nodes=0", "nodes 0: want 1 or more"},
		{"--on=slurm --per-task=0", "per-task 0: want 1 or more"},
		{"--on=slurm --cpus-per-task=-1", "cpus-per-task -1: want 1 or more"},
		{"--on=slurm --array-throttle=-1", "array-throttle -1: want 1 or more"},
		{"--on=slurm --heartbeat=1s", "heartbeat 1s: want 2s or more"},
		{"--on=slurm --heartbeat=soon", `heartbeat "soon": want a time`},
		{"--on=slurm --slurm-arg=--array=3", "brood itself sets one of these"},
		{"--task=3", "task: wants --job-dir, too"},
	} {
		var out, said strings.Builder
		args := append([]string{"brood", "copy"}, strings.Fields(row.flags)...)
		if status := Main(append(args, t.TempDir(), t.TempDir()), Streams{&out, &said}); status != statusUsage || !strings.HasPrefix(said.String(), "brood: ") || !strings.Contains(said.String(), row.says) {
			t.Errorf("%s: status %d, it says %q, want %q", row.flags, status, said.String(), row.says)
		}
	}
}
