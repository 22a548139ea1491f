package slurm

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"time"

	"brood/internal/schedule"
)

// stop goes up a rung: Drain lets the rest be submitted, and the tasks go on; Terminate cancels them, and waits for their
// end; Kill leaves at once, and kills those that are being cancelled.
func (d *dispatcher) stop(ctx context.Context, to schedule.Stop) error {
	switch to {
	case schedule.Drain:
		d.opts.Detach = true
		return nil
	case schedule.Terminate:
		return d.end(ctx, allTasks)
	}
	if d.ending {
		d.cancel(ctx, killTasks)
	}
	d.left = true
	return d.endOfPlan(false)
}

// halt ends the run since too much has failed.
func (d *dispatcher) halt(ctx context.Context, to schedule.Stop) error {
	d.halted = true
	if to == schedule.Drain {
		return d.end(ctx, waitingTasks)
	}
	return d.end(ctx, allTasks)
}

// end cancels tasks; what is not submitted is not.
func (d *dispatcher) end(ctx context.Context, to cancelled) error {
	d.ending, d.to = true, max(d.to, to)
	d.cancel(ctx, d.to)
	return d.dropRest()
}

// dropRest gives up what is not submitted.
func (d *dispatcher) dropRest() error {
	err := d.endOfPlan(false)
	d.dropListed()
	return err
}

// cancelled is which tasks are, and how.
type cancelled int

const (
	waitingTasks cancelled = iota // those that have not begun
	allTasks                      // after these those that run, so that none begins in place of another
	killTasks                     // without asking
)

// cancel cancels tasks, in a goroutine of its own.
func (d *dispatcher) cancel(ctx context.Context, to cancelled) {
	d.cancelling++
	d.do(func() func() error {
		err := d.Folder.cancel(ctx, to)
		return func() error {
			d.cancelling--
			d.ask = askFirst
			return err
		}
	})
}

// cancel calls scancel. Tasks that come all the same, as they were submitted at that moment, see the file stop.
func (f *Folder) cancel(ctx context.Context, to cancelled) error {
	args := f.ours()
	if to == waitingTasks {
		_, err := call(ctx, "scancel", append(args, "--state=PENDING")...)
		return err
	}
	if err := f.write("stop", nil, 0o644); err != nil {
		return fmt.Errorf("job folder %q: %w", f.Path, err)
	}
	if _, err := call(ctx, "scancel", append(args, "--state=PENDING")...); err != nil {
		return err
	}
	if to == killTasks {
		args = append(args, "--signal=KILL", "--full")
	}
	_, err := call(ctx, "scancel", args...)
	return err
}

// ours are the arguments of scancel that mean all tasks of the job.
func (f *Folder) ours() []string {
	return []string{"--name=" + f.Job.Name, "--user=" + strconv.Itoa(os.Getuid())}
}

// isStopped tells whether somebody has cancelled the tasks.
func (f *Folder) isStopped() bool {
	_, err := os.Lstat(f.in("stop"))
	return err == nil || !errors.Is(err, fs.ErrNotExist)
}

// Stop cancels the tasks and waits until Slurm has none any more. It returns how many there were.
func (f *Folder) Stop(ctx context.Context) (tasks int, err error) {
	for first := true; ; first = false {
		lines, err := askQueue(ctx, f.Job.Name)
		if err != nil {
			return tasks, err
		}
		n := 0
		for _, l := range lines {
			if !l.isOver() {
				n += l.count()
			}
		}
		if first {
			tasks = n
			if err := f.cancel(ctx, allTasks); err != nil {
				return tasks, err
			}
		} else if n == 0 {
			return tasks, nil
		}
		select {
		case <-time.After(lookEvery):
		case <-ctx.Done():
			return tasks, ctx.Err()
		}
	}
}

func (q queued) count() (n int) {
	for _, t := range q.tasks {
		n += t.to - t.from + 1
	}
	return max(n, 1)
}
