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

// Slurm's commands are called as a user would call them. What takes longer than patience has
// no answer; sbatch tries for two minutes by itself where the cluster takes no more jobs.
const (
	patience       = time.Minute
	patienceSbatch = 3 * time.Minute
)

// CommandError is a command of Slurm that has failed, or that could not be understood.
type CommandError struct {
	Command string
	Said    string // on standard error, or what was not understood
	Err     error
}

func (e *CommandError) Error() string {
	if e.Said == "" {
		return fmt.Sprintf("%s: %v", e.Command, e.Err)
	}
	return e.Command + ": " + e.Said
}

func (e *CommandError) Unwrap() error { return e.Err }

// errNotUnderstood is of an answer that is not as it should be.
var errNotUnderstood = errors.New("not understood")

func notUnderstood(command, line string) error {
	return &CommandError{command, fmt.Sprintf("not understood: %.200q", line), errNotUnderstood}
}

// call is one command's standard output.
func call(ctx context.Context, name string, args ...string) (string, error) {
	limit := patience
	if name == "sbatch" {
		limit = patienceSbatch
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var out, said strings.Builder
	c := exec.CommandContext(ctx, name, args...)
	c.Stdout, c.Stderr, c.Env = &out, &said, environment(os.Environ())
	c.WaitDelay = patience // also for what has been said to be read, on a machine with much to do
	err := c.Run()
	switch {
	case err == nil:
		return out.String(), nil
	case errors.Is(err, exec.ErrNotFound):
		return "", &CommandError{name, "is not there: is this a machine from which jobs are submitted?", err}
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return "", &CommandError{name, fmt.Sprint("no answer for ", limit), context.DeadlineExceeded}
	}
	return "", &CommandError{name, lastWords(name, said.String()), err}
}

// misleading are variables by which a user has a command say, or do, something else. (SBATCH_PARTITION and the like are welcome.)
var misleading = []string{"SQUEUE_", "SCANCEL_", "SCONTROL_", "SLURM_TIME_FORMAT=", "SBATCH_WAIT=", "SBATCH_ARRAY_INX=", "SBATCH_JOB_NAME=", "SBATCH_OUTPUT=", "SBATCH_REQUEUE=", "SBATCH_NO_REQUEUE="}

// environment is ours, but for what changes the commands' output.
func environment(ours []string) []string {
	own := slices.DeleteFunc(slices.Clone(ours), func(v string) bool {
		return slices.ContainsFunc(misleading, func(name string) bool { return strings.HasPrefix(v, name) })
	})
	// Else of a long list of tasks only the beginning is shown.
	return append(own, "SLURM_BITSTR_LEN=0", "LC_ALL=C")
}

// lastWords is what a command has said of its failure, without its name.
func lastWords(name, said string) string {
	var words []string
	for line := range strings.Lines(said) {
		line = strings.TrimSpace(line)
		line = strings.TrimPrefix(line, name+": ")
		line = strings.TrimPrefix(line, "error: ")
		if line != "" {
			words = append(words, line)
		}
	}
	return strings.Join(words, "; ")
}

// unanswered tells whether an error means that the controller was not reached: it may be later.
func unanswered(err error) bool {
	return says(err, "Unable to contact slurm controller", "Socket timed out", "Zero Bytes were transmitted", "Slurm backup controller in standby",
		"Transport endpoint is not connected", "Connection refused", "Connection reset", "Connection timed out") ||
		errors.Is(err, context.DeadlineExceeded)
}

// full tells whether an error means that the cluster takes no more jobs just now.
func full(err error) bool {
	return says(err, "Slurm temporarily unable to accept job", "Resource temporarily unavailable", "job submit limit")
}

func says(err error, words ...string) bool {
	var c *CommandError
	return errors.As(err, &c) && slices.ContainsFunc(words, func(w string) bool { return strings.Contains(c.Said, w) })
}
