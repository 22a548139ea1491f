package cli

import (
	"slices"
	"strings"
	"testing"
)

// TestClusterUsage gives flags that make no sense on a cluster, or without one. brood refuses them before it asks Slurm.
func TestClusterUsage(t *testing.T) {
	for _, row := range []struct{ flags, says string }{
		{"--detach", "--detach requires --on slurm"},
		{"--partition=p", "--partition requires --on slurm"},
		{"--job-dir=d", "--job-dir requires --on slurm"},
		{"--on=pbs", `--on "pbs": want slurm`},
		{"--on=slurm --resume", "--resume: not with --on slurm"},
		{"--on=slurm --bwlimit=10M", "--bwlimit with --on slurm requires --nodes or --array-throttle"},
		{"--on=slurm --detach --daemon", "--detach and --daemon: "},
		{"--on=slurm --detach --max-errors=3", "--detach: nobody is left to watch for --halt or --max-errors"},
		{"--on=slurm --detach --record=r", "--detach: nobody is left to write --record"},
		{"--on=slurm --nodes=2 --array-throttle=3", "--nodes and --array-throttle: want one of the two"},
		{"--on=slurm --nodes=0", "--nodes 0: want 1 or more"},
		{"--on=slurm --per-task=0", "--per-task 0: want 1 or more"},
		{"--on=slurm --cpus-per-task=-1", "--cpus-per-task -1: want 1 or more"},
		{"--on=slurm --array-throttle=-1", "--array-throttle -1: want 1 or more"},
		{"--on=slurm --heartbeat=1s", "--heartbeat 1s: want 2s or more"},
		{"--on=slurm --heartbeat=soon", `--heartbeat "soon": want a time`},
		{"--on=slurm --slurm-arg=--array=3", "brood itself sets these"},
	} {
		var out, said strings.Builder
		args := append([]string{"brood", "copy"}, strings.Fields(row.flags)...)
		status := Main(append(args, t.TempDir(), t.TempDir()), Streams{Out: &out, Err: &said})
		if got := said.String(); status != statusUsage || !strings.HasPrefix(got, "brood: ") || !strings.Contains(got, row.says) {
			t.Errorf("%s: status %d, it says %q, want %q", row.flags, status, got, row.says)
		}
	}
}

// TestCommandClusterUsage does the same for brood run.
func TestCommandClusterUsage(t *testing.T) {
	for _, row := range []struct{ flags, says string }{
		{"--detach", "--detach requires --on slurm"},
		{"--daemon", "--daemon requires --on slurm"},
		{"--time=30", "--time requires --on slurm"},
		{"--on=pbs", `--on "pbs": want slurm`},
		{"--on=slurm -u", "--ungroup: not with --on slurm"},
		{"--on=slurm --line-buffer", "--line-buffer: not with --on slurm"},
		{"--on=slurm --no-daemon", "--no-daemon: not with --on slurm"},
		{"--on=slurm --detach --joblog=j", "nobody is left to write --record, --report, --checksums or --joblog"},
		{"--on=slurm --detach --halt=now,fail=1", "--detach: nobody is left to watch for --halt"},
		{"--on=slurm --per-task=0", "--per-task 0: want 1 or more"},
		{"--on=slurm --slurm-arg=-Jx", "brood itself sets these"},
	} {
		var out, said strings.Builder
		args := append([]string{"brood", "run"}, strings.Fields(row.flags)...)
		status := Main(append(args, "true", ":::", "1"), Streams{Out: &out, Err: &said})
		if status != statusUsage || !strings.Contains(said.String(), row.says) {
			t.Errorf("%s: status %d, it says %q, want %q", row.flags, status, said.String(), row.says)
		}
	}
}

// TestEveryFlagHasAUse finds a flag that nobody has decided about. It would be dropped silently on the nodes.
func TestEveryFlagHasAUse(t *testing.T) {
	for _, f := range slices.Concat(copyFlags(), verifyFlags(), commandFlags()) {
		if only := f.use &^ common; only < forParent || only > forSbatch {
			t.Errorf("--%s has no use", f.Names()[0])
		}
	}
}
