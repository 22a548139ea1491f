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

// The bounds of a batch. A task takes some seconds to start, on a busy cluster more, so it is to have
// work for longer than that; and when a node dies in the middle, the batch is gone over again.
const (
	filesLeast = 200 // some tenths of a second
	filesMost  = 10_000
	bytesMost  = 64 << 30
	bytesLeast = 256 << 20
	shares     = 4  // batches for each task that runs at once, so that all end at about the same time
	tasksUsual = 16 // that may run at once, where nobody says how many
)

// ChunkFor is how the work is cut, for so many files and bytes, and so many tasks at once (0: nobody knows).
func (c Cluster) ChunkFor(files int, bytes int64, tasks int) plan.Chunk {
	if tasks == 0 {
		tasks = tasksUsual
	}
	n := int64(shares * tasks)
	batch := plan.Chunk{
		Files: int(min(max(int64(files)/n+1, filesLeast), filesMost)),
		Bytes: min(max(bytes/n+1, bytesLeast), bytesMost),
	}
	// All of them are to fit into what we submit at once (mostNow), with the last one, or who detaches would have to stay:
	// half of them end with their files, and half with their bytes or are one large file.
	if most := c.jobs / 2 * 9 / 10; most > 0 {
		batch.Files = max(batch.Files, 2*files/most+1)
		batch.Bytes = max(batch.Bytes, 4*bytes/int64(most)+1)
	}
	return batch
}

// Create makes the job folder of a request. tasks is how many may come to run at once.
func (c Cluster) Create(path string, r Request, tasks int) (*Folder, error) {
	every := max(lookEvery, min(time.Duration(tasks)*time.Second/looksMost, 10*time.Second))
	return create(path, r, every, c.limits)
}

// Preview is what would be submitted: the batch script, and the command line of each array, for so many
// batches, the last of which may be that of folders and links.
func (c Cluster) Preview(path string, r Request, batches int, last bool) (script string, commands []string) {
	f := &Folder{Path: path, Job: Job{Name: "brood-ID", Request: r}}
	files := batches
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
func (f *Folder) Run(ctx context.Context, batches schedule.Source, stops <-chan schedule.Stop, opts Options, emit event.Sink) (Outcome, error) {
	d := newDispatcher(f, opts, emit)
	d.source, d.done = batches.Batches(), batches.Done
	d.last = &lastList{folder: f}
	return d.loop(ctx, stops)
}

// Follow takes up a run again that was left, or whose submitter has died.
func (f *Folder) Follow(ctx context.Context, stops <-chan schedule.Stop, opts Options, emit event.Sink) (Outcome, error) {
	d := newDispatcher(f, opts, emit)
	if err := d.takeUp(); err != nil {
		return Outcome{}, fmt.Errorf("job folder %q: %w", f.Path, err)
	}
	if len(d.known) > 0 {
		d.mark()
	}
	return d.loop(ctx, stops)
}

// takeUp reads how far it has come.
func (d *dispatcher) takeUp() error {
	known, err := d.arrays()
	if err != nil {
		return err
	}
	if err := d.Folder.read("plan.json", &d.planned); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	batches := d.planned.Batches
	if batches == 0 { // the planning was cut short
		if batches, err = d.countLists(); err != nil {
			return err
		}
	}
	for range batches {
		d.appear(0, 0)
	}
	for _, a := range known {
		if !a.isOf(batches) {
			return fmt.Errorf("arrays.jsonl: array %s is of other batches than the %d that are listed", a.ID, batches)
		}
		d.note(a)
	}
	_, err = os.Stat(d.in("seen.json"))
	d.seen = err == nil
	for n, c := range d.batches {
		if c.state == listed {
			d.waiting = append(d.waiting, n)
		}
	}
	if d.isStopped() {
		d.dropListed()
	}
	return d.replay(d.emit)
}

// countLists is how many batches have a list. The last one is removed when its writer did not come to its end: then
// nothing was submitted of it.
func (d *dispatcher) countLists() (n int, err error) {
	for ; ; n++ {
		file, err := os.Open(d.list(n))
		if errors.Is(err, fs.ErrNotExist) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		list, err := plan.OpenList(file, plan.Options{}, nil)
		file.Close()
		if errors.Is(err, plan.ErrNoList) {
			return n, os.Remove(d.list(n))
		}
		if err != nil {
			return n, err
		}
		d.planned.Last = list.Folders()
	}
}
