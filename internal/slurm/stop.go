package slurm

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"brood/internal/schedule"
)

// stop ends the run, or leaves it:
//
//	Drain      submits the rest, leaves the tasks alone, and returns
//	Terminate  cancels the tasks and waits for their end
//	Kill       returns at once; tasks that are being cancelled are killed
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

// halt ends the run because too much failed.
func (d *dispatcher) halt(ctx context.Context, to schedule.Stop) error {
	d.halted = true
	if to == schedule.Drain {
		return d.end(ctx, waitingTasks)
	}
	return d.end(ctx, allTasks)
}

// end cancels tasks and submits nothing more.
func (d *dispatcher) end(ctx context.Context, s scope) error {
	d.ending, d.cancelled = true, max(d.cancelled, s)
	d.cancel(ctx, d.cancelled)
	return d.dropRest()
}

// dropRest gives up all batches that are not submitted.
func (d *dispatcher) dropRest() error {
	err := d.endOfPlan(false)
	d.dropListed()
	return err
}

// cancel cancels tasks in the background.
func (d *dispatcher) cancel(ctx context.Context, s scope) {
	d.cancelling++
	d.do(func() func() error {
		err := d.Folder.cancel(ctx, s)
		return func() error {
			d.cancelling--
			d.askAfter = askFirst
			return err
		}
	})
}

// cancel cancels tasks. A task that is being submitted at that moment may begin, but then finds the file stop.
func (f *Folder) cancel(ctx context.Context, s scope) error {
	if s != waitingTasks {
		if err := f.write("stop", nil, 0o644); err != nil {
			return fmt.Errorf("job folder %q: %w", f.Path, err)
		}
	}
	return cancelJob(ctx, f.Job.Name, s)
}

// isStopped tells whether somebody has cancelled the tasks.
func (f *Folder) isStopped() bool {
	_, err := os.Lstat(f.in("stop"))
	return err == nil || !errors.Is(err, fs.ErrNotExist)
}

// Stop cancels the tasks and waits until all are over. It returns how many there were.
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
