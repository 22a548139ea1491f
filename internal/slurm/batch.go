package slurm

import "time"

// batch is the state of one batch on the submitting side.
type batch struct {
	files      int32
	bytes      int64
	state      batchState
	tries      int       // submissions
	refused    int       // nodes where it could not begin
	generation int       // of the latest submission
	at         time.Time // of the latest submission
	missing    time.Time // since then Slurm has no task for it that may still run
}

type batchState uint8

const (
	listed    batchState = iota // to be submitted, for the first time or again
	submitted                   // Slurm has a task for it
	settled                     // done, failed or given up
)

// enqueue adds a batch that waits for its first submission.
func (d *dispatcher) enqueue(files int, bytes int64) {
	if len(d.waiting) == 0 {
		d.waitingSince = time.Now()
	}
	d.waiting = append(d.waiting, len(d.batches))
	d.addState(files, bytes)
}

// addState adds the state of the next batch.
func (d *dispatcher) addState(files int, bytes int64) {
	d.batches = append(d.batches, batch{files: int32(files), bytes: bytes})
	d.count[listed]++
}

// dropListed gives up all batches that are not submitted. It emits nothing for them: a local run that ends early
// emits nothing for the rest either.
func (d *dispatcher) dropListed() {
	d.waiting, d.again = nil, nil
	for n := range d.batches {
		if d.batches[n].state == listed {
			d.set(n, settled)
		}
	}
}

// set changes the state of a batch, and keeps the counts right.
func (d *dispatcher) set(n int, to batchState) *batch {
	b := &d.batches[n]
	d.count[b.state]--
	b.state = to
	d.count[to]++
	return b
}
