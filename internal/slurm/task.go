package slurm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// Task is this process as a task of a job.
type Task struct {
	*Folder
	Batch int
	ID    string // Slurm's: 81_3
	Node  string

	generation, restarts int
	heartbeat            []byte // as it was last
	changed              time.Time
}

// Task is the task that Slurm's environment tells of. again: its batch was submitted before.
func (f *Folder) Task(batch, generation int, again bool, getenv func(string) string) (*Task, error) {
	t := &Task{Folder: f, Batch: batch, Node: getenv("SLURMD_NODENAME"), generation: generation}
	array, task := getenv("SLURM_ARRAY_JOB_ID"), getenv("SLURM_ARRAY_TASK_ID")
	if array == "" || task == "" || t.Node == "" {
		return nil, errors.New("SLURM_ARRAY_JOB_ID, SLURM_ARRAY_TASK_ID or SLURMD_NODENAME is not set: this is no task of an array")
	}
	t.ID = array + "_" + task
	if s := getenv("SLURM_RESTART_COUNT"); s != "" {
		var err error
		if t.restarts, err = strconv.Atoi(s); err != nil {
			return nil, fmt.Errorf("SLURM_RESTART_COUNT %q: is no number", s)
		}
	}
	if again || t.restarts > 0 {
		if err := t.putFence(); err != nil {
			return nil, fmt.Errorf("job folder %q: %w", f.Path, err)
		}
	}
	return t, nil
}

// putFence has earlier attempts end. One that Slurm starts late does not take back that of a later one.
func (t *Task) putFence() error {
	if t.isOvertaken() {
		return nil
	}
	return t.write(fence(t.Batch), fmt.Appendf(nil, "%d %d\n", t.generation, t.restarts), 0o644)
}

// fence is the file that tells which attempt at a batch counts, where there was more than one.
func fence(batch int) string {
	return filepath.Join("events", part(batch), strconv.Itoa(batch)+".fence")
}

// List is the name of the task's list.
func (t *Task) List() string { return t.list(t.Batch) }

// Record makes the file of its events.
func (t *Task) Record() (*os.File, error) {
	name := t.in("events", part(t.Batch), attemptName(t.Batch, t.generation, t.restarts, t.ID))
	return os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
}

// Check tells whether this node sees the source and the destination that the job is about.
func (t *Task) Check(source, dest string) error {
	for end := time.Now().Add(markedWithin); !t.isMarked(); time.Sleep(markedEvery) {
		if time.Now().After(end) {
			return fmt.Errorf("job folder %q: whoever has submitted the job has not marked its destination for %s", t.Path, markedWithin)
		}
	}
	info, err := os.Lstat(filepath.Join(dest, t.Job.Marker))
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("dest %q: is another one on node %s than where it was submitted", dest, t.Node)
	}
	if err == nil && !info.IsDir() {
		err = fmt.Errorf("%s is no folder", t.Job.Marker)
	}
	if err != nil {
		return fmt.Errorf("dest %q: on node %s: %w", dest, t.Node, err)
	}
	var seen []Seen
	if err := t.read("seen.json", &seen); err != nil {
		return fmt.Errorf("job folder %q: on node %s: %w", t.Path, t.Node, err)
	}
	for _, s := range seen {
		if s.isIn(source) {
			return nil
		}
	}
	if len(seen) > 0 {
		return fmt.Errorf("source %q: is another one on node %s than where it was submitted: %q is not there, or not the same", source, t.Node, seen[0].Name)
	}
	return nil
}

// How long the marker may take, and how often a task looks whether it is there. The first task may begin before it is.
const (
	markedWithin = 2 * time.Minute
	markedEvery  = 200 * time.Millisecond
)

// Watch has stop called once, with the reason, when this task is not wanted any more; it returns then, or when ctx is done.
func (t *Task) Watch(ctx context.Context, stop func(why string)) {
	t.changed = time.Now()
	ticks := time.NewTicker(t.Job.watchEvery())
	defer ticks.Stop()
	for {
		if why := t.unwanted(); why != "" {
			stop(why)
			return
		}
		select {
		case <-ticks.C:
		case <-ctx.Done():
			return
		}
	}
}

// unwanted is why the task should end; "" as long as it should not.
func (t *Task) unwanted() string {
	if t.isStopped() {
		return "the job was stopped"
	}
	if t.isOvertaken() {
		return "another attempt at the same files has begun since"
	}
	if !t.Job.Daemon {
		return ""
	}
	now, err := os.ReadFile(t.in("heartbeat"))
	if err == nil && !bytes.Equal(now, t.heartbeat) {
		t.heartbeat, t.changed = now, time.Now()
	}
	if limit := t.Job.Heartbeat.Duration(); time.Since(t.changed) > limit {
		return fmt.Sprint("nobody has followed the job for ", limit)
	}
	return ""
}

// isOvertaken tells whether there is the fence of a later attempt.
func (t *Task) isOvertaken() bool {
	text, err := os.ReadFile(t.in(fence(t.Batch)))
	if err != nil {
		return false
	}
	var generation, restarts int
	if _, err := fmt.Sscan(string(text), &generation, &restarts); err != nil {
		return false
	}
	own, other := attempt{generation: t.generation, restarts: t.restarts}, attempt{generation: generation, restarts: restarts}
	return own.before(&other)
}
