package slurm

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// The time limits of Slurm's commands. sbatch itself retries for two minutes when the cluster accepts no more jobs.
const (
	patience       = time.Minute
	patienceSbatch = 3 * time.Minute
)

// CommandError says that a command of Slurm failed, or that brood does not understand its output.
type CommandError struct {
	Command string
	Said    string // standard error, or the output that was not understood
	Err     error
}

func (e *CommandError) Error() string {
	if e.Said == "" {
		return fmt.Sprintf("%s: %v", e.Command, e.Err)
	}
	return e.Command + ": " + e.Said
}

func (e *CommandError) Unwrap() error { return e.Err }

var errNotUnderstood = errors.New("not understood")

func notUnderstood(command, line string) error {
	return &CommandError{command, fmt.Sprintf("not understood: %.200q", line), errNotUnderstood}
}

// call runs a command as a user would, and returns its standard output. A command that exceeds its time limit fails.
func call(ctx context.Context, name string, args ...string) (string, error) {
	limit := patience
	if name == "sbatch" {
		limit = patienceSbatch
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var out, said strings.Builder
	c := exec.CommandContext(ctx, name, args...)
	c.Stdout, c.Stderr, c.Env = &out, &said, environment(name, os.Environ())
	c.WaitDelay = patience // also gives a busy machine time to read the output
	err := c.Run()
	switch {
	case err == nil:
		return out.String(), nil
	case errors.Is(err, exec.ErrNotFound):
		return "", &CommandError{name, "command not found: is this a login node of the cluster?", err}
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return "", &CommandError{name, fmt.Sprint("no answer for ", limit), context.DeadlineExceeded}
	}
	return "", &CommandError{name, messages(name, said.String()), err}
}

// misleading are variables that change the output or the effect of a command. Others, like SBATCH_PARTITION, are kept.
var misleading = []string{
	"SQUEUE_", "SCANCEL_", "SCONTROL_", "SLURM_TIME_FORMAT=", "SBATCH_WAIT=", "SBATCH_ARRAY_INX=", "SBATCH_JOB_NAME=",
	"SBATCH_OUTPUT=", "SBATCH_REQUEUE=", "SBATCH_NO_REQUEUE=",
}

// environment returns the environment of a command: ours, without the misleading variables. sbatch gets nothing in
// addition, because it passes its environment on to the commands of brood run.
func environment(name string, ours []string) []string {
	kept := slices.DeleteFunc(slices.Clone(ours), func(v string) bool {
		return slices.ContainsFunc(misleading, func(name string) bool { return strings.HasPrefix(v, name) })
	})
	if name == "sbatch" {
		return kept
	}
	// SLURM_BITSTR_LEN=0 makes squeue print a long list of tasks in full.
	return append(kept, "SLURM_BITSTR_LEN=0", "LC_ALL=C")
}

// messages joins the lines of standard error, without the command's name and "error:".
func messages(name, said string) string {
	var lines []string
	for line := range strings.Lines(said) {
		line = strings.TrimSpace(line)
		line = strings.TrimPrefix(line, name+": ")
		line = strings.TrimPrefix(line, "error: ")
		if line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "; ")
}

// unanswered tells whether the command did not reach the controller. A later try may.
func unanswered(err error) bool {
	return says(err, "Unable to contact slurm controller", "Socket timed out", "Zero Bytes were transmitted",
		"Slurm backup controller in standby", "Transport endpoint is not connected", "Connection refused",
		"Connection reset", "Connection timed out") || errors.Is(err, context.DeadlineExceeded)
}

// full tells whether the cluster accepts no more jobs at the moment.
func full(err error) bool {
	return says(err, "Slurm temporarily unable to accept job", "Resource temporarily unavailable", "job submit limit")
}

func says(err error, words ...string) bool {
	var c *CommandError
	if !errors.As(err, &c) {
		return false
	}
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(c.Said, w) })
}
