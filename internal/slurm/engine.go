package slurm

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"brood/internal/event"
	"brood/internal/plan"
	"brood/internal/schedule"
)

// Cluster is what is known of the cluster before anything is submitted.
type Cluster struct{ limits }

// Ask asks the cluster; an error means that nothing can be submitted now.
func Ask(ctx context.Context) (Cluster, error) {
	l, err := askLimits(ctx)
	return Cluster{l}, err
}

// The bounds of a chunk. A task takes some seconds to start, on a busy cluster more, so it is to have
// work for longer than that; and when a node dies in the middle, the chunk is gone over again.
const (
	filesLeast = 200 // some tenths of a second
	filesMost  = 10_000
	bytesMost  = 64 << 30
	bytesLeast = 256 << 20
	shares     = 4  // chunks for each task that runs at once, so that all end at about the same time
	tasksUsual = 16 // that may run at once, where nobody says how many
)

// ChunkFor is how the work is cut, for so many files and bytes, and so many tasks at once (0: nobody knows).
func (c Cluster) ChunkFor(files int, bytes int64, tasks int) plan.Chunk {
	if tasks == 0 {
		tasks = tasksUsual
	}
	n := int64(shares * tasks)
	chunk := plan.Chunk{
		Files: int(min(max(int64(files)/n+1, filesLeast), filesMost)),
		Bytes: min(max(bytes/n+1, bytesLeast), bytesMost),
	}
	// All of them are to fit into what we submit at once (mostNow), with the last one, or who detaches would have to stay:
	// half of them end with their files, and half with their bytes or are one large file.
	if most := c.jobs / 2 * 9 / 10; most > 0 {
		chunk.Files = max(chunk.Files, 2*files/most+1)
		chunk.Bytes = max(chunk.Bytes, 4*bytes/int64(most)+1)
	}
	return chunk
}

// Create makes the job folder of a request. tasks is how many may come to run at once.
func (c Cluster) Create(path string, r Request, tasks int) (*Folder, error) {
	every := max(lookEvery, min(time.Duration(tasks)*time.Second/looksMost, 10*time.Second))
	return create(path, r, every, c.limits)
}

// Preview is what would be submitted: the batch script, and the command line of each array, for so many
// chunks, the last of which may be that of folders and links.
func (c Cluster) Preview(path string, r Request, chunks int, last bool) (script string, commands []string) {
	f := &Folder{Path: path, Job: Job{Name: "brood-ID", Request: r}}
	files := chunks
	if last {
		files--
	}
	submit := func(first, n int, last bool) {
		a := array{First: first, Tasks: make([]int, n)}
		for i := range a.Tasks {
			a.Tasks[i] = i
		}
		words, after := []string{"sbatch"}, ""
		if len(commands) > 0 {
			after = "ID"
		}
		for _, w := range f.sbatch(a, len(commands), last, after, "") {
			words = append(words, Quoted(w))
		}
		commands = append(commands, strings.Join(words, " "))
	}
	for first := 0; first < files; first += c.array {
		submit(first, min(c.array, files-first), false)
	}
	if last {
		submit(files, 1, true)
	}
	return f.script(), commands
}

// Run lists the jobs, submits them, and follows the tasks until all are over, or are to be left.
// It returns when no more is emitted.
func (f *Folder) Run(ctx context.Context, jobs schedule.Source, stops <-chan schedule.Stop, opts Options, emit event.Sink) (Outcome, error) {
	r := newRun(f, opts, emit)
	r.jobs, r.done = jobs.Batches(), jobs.Done
	r.last = &lastList{folder: f}
	return r.loop(ctx, stops)
}

// Follow takes up a run again that was left, or whose submitter has died.
func (f *Folder) Follow(ctx context.Context, stops <-chan schedule.Stop, opts Options, emit event.Sink) (Outcome, error) {
	r := newRun(f, opts, emit)
	if err := r.takeUp(); err != nil {
		return Outcome{}, fmt.Errorf("job folder %q: %w", f.Path, err)
	}
	if len(r.known) > 0 {
		r.mark()
	}
	return r.loop(ctx, stops)
}

// takeUp reads how far it has come.
func (r *run) takeUp() error {
	known, err := r.arrays()
	if err != nil {
		return err
	}
	if err := r.Folder.read("plan.json", &r.planned); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	chunks := r.planned.Chunks
	if chunks == 0 { // the planning was cut short
		if chunks, err = r.countLists(); err != nil {
			return err
		}
	}
	for range chunks {
		r.appear(0, 0)
	}
	for _, a := range known {
		if !a.isOf(chunks) {
			return fmt.Errorf("arrays.jsonl: array %s is of other chunks than the %d that are listed", a.ID, chunks)
		}
		r.note(a)
	}
	_, err = os.Stat(r.in("seen.json"))
	r.seen = err == nil
	for n, c := range r.chunks {
		if c.state == listed {
			r.waiting = append(r.waiting, n)
		}
	}
	if r.isStopped() {
		r.dropListed()
	}
	return r.replay(r.emit)
}

// countLists is how many chunks have a list. The last one is removed when its writer did not come to its end: then
// nothing was submitted of it.
func (r *run) countLists() (n int, err error) {
	for ; ; n++ {
		file, err := os.Open(r.list(n))
		if errors.Is(err, fs.ErrNotExist) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		list, err := plan.OpenList(file, plan.Options{}, nil)
		file.Close()
		if errors.Is(err, plan.ErrNoList) {
			return n, os.Remove(r.list(n))
		}
		if err != nil {
			return n, err
		}
		r.planned.Last = list.Folders()
	}
}
