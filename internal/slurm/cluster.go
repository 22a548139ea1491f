package slurm

import (
	"context"
	"time"

	"brood/internal/plan"
)

// Cluster holds the limits of the cluster. [Ask] returns one.
type Cluster struct{ limits }

// Ask asks the cluster for its limits. After an error nothing can be submitted now.
func Ask(ctx context.Context) (Cluster, error) {
	l, err := askLimits(ctx)
	return Cluster{l}, err
}

// The bounds of a batch. A task takes some seconds to start, and more on a busy cluster, so its work should take
// longer than that. If its node dies, the batch begins anew, so the work should not take too long either.
const (
	filesLeast = 200 // some tenths of a second
	filesMost  = 10_000
	bytesMost  = 64 << 30
	bytesLeast = 256 << 20
	shares     = 4  // batches for each task that runs at once, so that all end at about the same time
	tasksUsual = 16 // tasks at once, if the number is unknown
)

// BatchSizeFor returns the size of a batch for this amount of files and bytes. tasks is the number of tasks at once; 0
// means that it is unknown.
func (c Cluster) BatchSizeFor(files int, bytes int64, tasks int) plan.BatchSize {
	if tasks == 0 {
		tasks = tasksUsual
	}
	n := int64(shares * tasks)
	size := plan.BatchSize{
		Files: int(min(max(int64(files)/n+1, filesLeast), filesMost)),
		Bytes: min(max(bytes/n+1, bytesLeast), bytesMost),
	}
	// All batches and the last one must fit into a single submission (see room). Otherwise --detach could not return
	// soon. Half of the batches reach their number of files; the other half reach their bytes, or are one large file.
	if most := c.jobs / 2 * 9 / 10; most > 0 {
		size.Files = max(size.Files, 2*files/most+1)
		size.Bytes = max(size.Bytes, 4*bytes/int64(most)+1)
	}
	return size
}

// Create makes the job folder of a request. tasks is the expected number of tasks at once: the more there are, the
// less often each of them writes.
func (c Cluster) Create(path string, r Request, tasks int) (*Folder, error) {
	every := max(lookEvery, min(time.Duration(tasks)*time.Second/looksMost, 10*time.Second))
	return create(path, r, every, c.limits)
}

// Preview returns the batch script and the command line for each array, and submits nothing. With last, the last of
// the batches is the one of folders and links.
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
		after := ""
		if len(commands) > 0 {
			after = "ID"
		}
		commands = append(commands, f.submitLine(a, len(commands), last, after))
	}
	for first := 0; first < files; first += c.array {
		submit(first, min(c.array, files-first), false)
	}
	if last {
		submit(files, 1, true)
	}
	return f.script(), commands
}
