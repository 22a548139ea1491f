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

	"brood/internal/plan"
)

// Task is this process, as a task on a node.
type Task struct {
	*Folder
	Batch int
	ID    string // Slurm's: 81_3
	Node  string

	generation, restarts int
	heartbeat            []byte    // the latest one
	changed              time.Time // when the heartbeat last changed
}

// Task returns the task that Slurm's environment variables describe. again means that its batch was submitted before.
// The task then makes earlier attempts end.
func (f *Folder) Task(batch, generation int, again bool, getenv func(string) string) (*Task, error) {
	id, node, restarts, err := taskEnv(getenv)
	if err != nil {
		return nil, err
	}
	t := &Task{Folder: f, Batch: batch, ID: id, Node: node, generation: generation, restarts: restarts}
	if again || t.restarts > 0 {
		if err := t.putFence(); err != nil {
			return nil, fmt.Errorf("job folder %q: %w", f.Path, err)
		}
	}
	return t, nil
}

// putFence writes the fence that makes earlier attempts end. If a later attempt has already begun, it keeps its fence.
func (t *Task) putFence() error {
	if t.isOvertaken() {
		return nil
	}
	return t.write(fence(t.Batch), fmt.Appendf(nil, "%d %d\n", t.generation, t.restarts), 0o644)
}

// fence returns the name of the file that names the latest attempt at batch n. It exists once there is a second one.
func fence(n int) string {
	return filepath.Join("events", part(n), strconv.Itoa(n)+".fence")
}

// List returns the path of the task's list.
func (t *Task) List() string { return t.list(t.Batch) }

// Record creates the file for the task's events.
func (t *Task) Record() (*os.File, error) {
	name := t.in("events", part(t.Batch), attemptName(t.Batch, t.generation, t.restarts, t.ID))
	return os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
}

// Check returns an error unless this node sees the same sources and destination as the submitter. It waits for the
// marker in the destination, since the first task may begin before it is there.
func (t *Task) Check(tree plan.Tree) error {
	source, dest := tree.Source, tree.Dest
	for end := time.Now().Add(markedWithin); !t.isMarked(); time.Sleep(markedEvery) {
		if time.Now().After(end) {
			const format = "job folder %q: the submitter has not marked the destination within %s"
			return fmt.Errorf(format, t.Path, markedWithin)
		}
	}
	info, err := os.Lstat(filepath.Join(dest, t.Job.Marker))
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("dest %q: node %s sees another folder than the submitter", dest, t.Node)
	}
	if err == nil && !info.IsDir() {
		err = fmt.Errorf("%s is not a folder", t.Job.Marker)
	}
	if err != nil {
		return fmt.Errorf("dest %q: on node %s: %w", dest, t.Node, err)
	}
	var seen []Seen
	if err := t.read("seen.json", &seen); err != nil {
		return fmt.Errorf("job folder %q: on node %s: %w", t.Path, t.Node, err)
	}
	for _, s := range seen {
		if s.Root > len(tree.More) {
			continue
		}
		if source = tree.Root(s.Root).Path; s.isIn(source) {
			return nil
		}
	}
	if len(seen) > 0 {
		const format = "source %q: node %s sees another folder than the submitter: %q is missing or different there"
		return fmt.Errorf(format, source, t.Node, seen[0].Name)
	}
	return nil
}

// How long a task waits for the marker, and how often it looks.
const (
	markedWithin = 2 * time.Minute
	markedEvery  = 200 * time.Millisecond
)

// Watch calls stop, with the reason, when the task must end. It returns after that, or when ctx is done.
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

// unwanted returns why the task must end, or "".
func (t *Task) unwanted() string {
	if t.isStopped() {
		return "the job was stopped"
	}
	if t.isOvertaken() {
		return "a later attempt at the same files has begun"
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

// isOvertaken tells whether a later attempt has put its fence.
func (t *Task) isOvertaken() bool {
	text, err := os.ReadFile(t.in(fence(t.Batch)))
	if err != nil {
		return false
	}
	other := attempt{}
	if _, err := fmt.Sscan(string(text), &other.generation, &other.restarts); err != nil {
		return false
	}
	own := attempt{generation: t.generation, restarts: t.restarts}
	return own.before(&other)
}
