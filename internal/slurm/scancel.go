package slurm

import (
	"context"
	"os"
	"strconv"
)

// scope says which tasks to cancel, and how.
type scope int

const (
	waitingTasks scope = iota // tasks that have not begun
	allTasks                  // first those, then the running tasks: so none begins in place of another
	killTasks                 // all tasks, by SIGKILL
)

// cancelJob cancels tasks of all arrays with that job name.
func cancelJob(ctx context.Context, name string, s scope) error {
	args := []string{"--name=" + name, "--user=" + strconv.Itoa(os.Getuid())}
	if _, err := call(ctx, "scancel", append(args, "--state=PENDING")...); err != nil || s == waitingTasks {
		return err
	}
	if s == killTasks {
		args = append(args, "--signal=KILL", "--full")
	}
	_, err := call(ctx, "scancel", args...)
	return err
}

// cancelTask cancels one task.
func cancelTask(ctx context.Context, id string) error {
	_, err := call(ctx, "scancel", id)
	return err
}
