package slurm

import (
	"context"
	"fmt"
	"slices"
	"testing"
)

// TestSubmitArray checks the IDs that sbatch prints, and that an error has the words of sbatch.
func TestSubmitArray(t *testing.T) {
	const failed = "Batch job submission failed: "
	const retrying = "Slurm temporarily unable to accept job, sleeping and retrying"
	fails := func(lines ...string) (script string) {
		for _, line := range lines {
			script += "echo 'sbatch: error: " + line + "' >&2; "
		}
		return script + "exit 1"
	}
	for name, row := range map[string]struct {
		script, id, err  string
		unanswered, full bool
	}{
		"an ID":        {"echo 36", "36", "", false, false},
		"of a cluster": {"echo '36;lab'", "36", "", false, false},
		"in words": {
			"echo Submitted batch job 37", "", `sbatch: not understood: "Submitted batch job 37\n"`, false, false,
		},
		"nothing": {"", "", `sbatch: not understood: ""`, false, false},
		"no partition": {
			fails("invalid partition: x", failed+"Invalid partition name specified"), "",
			"sbatch: invalid partition: x; " + failed + "Invalid partition name specified", false, false,
		},
		"controller away": {
			fails(failed + "Unable to contact slurm controller (connect failure)"), "",
			"sbatch: " + failed + "Unable to contact slurm controller (connect failure)", true, false,
		},
		"full": {
			fails(retrying, failed+"Resource temporarily unavailable"), "",
			"sbatch: " + retrying + "; " + failed + "Resource temporarily unavailable", false, true,
		},
		"silent": {"exit 3", "", "sbatch: exit status 3", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			standIns(t, map[string]string{"sbatch": row.script})
			id, err := submitArray(context.Background(), nil)
			if row.err == "" {
				row.err = "<nil>"
			}
			if id != row.id || fmt.Sprint(err) != row.err {
				t.Errorf("%q, %v; want %q, %q", id, err, row.id, row.err)
			}
			if unanswered(err) != row.unanswered || full(err) != row.full {
				t.Errorf("unanswered %v, full %v", unanswered(err), full(err))
			}
		})
	}
}

// TestNoSlurm checks the error on a machine without Slurm.
func TestNoSlurm(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := Ask(context.Background())
	const want = "scontrol: command not found: is this a login node of the cluster?"
	if fmt.Sprint(err) != want || unanswered(err) {
		t.Errorf("%v, want %s", err, want)
	}
}

// TestEnvironment checks that variables of the user do not change the output of commands.
func TestEnvironment(t *testing.T) {
	got := environment("squeue", []string{
		"HOME=/h", "SQUEUE_FORMAT=%i", "SCONTROL_ALL=1", "SLURM_TIME_FORMAT=relative", "SLURM_CONF=/c",
		"SBATCH_PARTITION=p", "SLURM_BITSTR_LEN=64",
	})
	want := []string{
		"HOME=/h", "SLURM_CONF=/c", "SBATCH_PARTITION=p", "SLURM_BITSTR_LEN=64", "SLURM_BITSTR_LEN=0", "LC_ALL=C",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got := environment("sbatch", []string{"A=b", "SBATCH_OUTPUT=x"}); !slices.Equal(got, []string{"A=b"}) {
		t.Errorf("sbatch, which passes it on, gets %q", got)
	}
}
