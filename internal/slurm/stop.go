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

// stop goes up a rung. Without Daemon the first lets the rest be submitted, and the tasks go on; the
// second leaves at once. With it the tasks end: first they are asked to, then killed.
func (r *run) stop(ctx context.Context, to schedule.Stop) error {
	if to <= r.stopped {
		return nil
	}
	r.stopped = to
	switch {
	case to == schedule.Drain:
		r.opts.Detach = true
		return nil
	case !r.Job.Daemon && to == schedule.Terminate:
		r.leave()
		return r.endOfPlan(false)
	case to == schedule.Terminate:
		if err := r.endOfPlan(false); err != nil {
			return err
		}
		r.dropListed()
		r.cancel(ctx, false)
		return nil
	}
	r.cancel(ctx, true)
	r.leave()
	return nil
}

func (r *run) leave() {
	r.left = true
	r.opts.Cancel()
}

// cancel ends all tasks, in a goroutine of its own.
func (r *run) cancel(ctx context.Context, kill bool) {
	r.cancelling = true
	r.do(func() func() error {
		err := r.Cancel(ctx, kill)
		return func() error {
			r.cancelling = false
			r.ask = askFirst
			return err
		}
	})
}

// Cancel has all tasks end: those that have not begun first, so that none does in place of another. Those that come
// all the same, as they were submitted at that moment, see the file stop.
func (f *Folder) Cancel(ctx context.Context, kill bool) error {
	if err := f.write("stop", nil, 0o644); err != nil {
		return fmt.Errorf("job folder %q: %w", f.Path, err)
	}
	args := []string{"--name=" + f.Job.Name, "--user=" + strconv.Itoa(os.Getuid())}
	if _, err := call(ctx, "scancel", append(args, "--state=PENDING")...); err != nil {
		return err
	}
	if kill {
		args = append(args, "--signal=KILL", "--full")
	}
	_, err := call(ctx, "scancel", args...)
	return err
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
			if err := f.Cancel(ctx, false); err != nil {
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
