package slurm

import "time"

// batch is what is known of one.
type batch struct {
	files      int32
	bytes      int64
	state      batchState
	tries      int       // submissions
	refused    int       // nodes on which it could not begin
	generation int       // of the latest submission
	at         time.Time // of that
	missing    time.Time // since when Slurm has no task for it that is still to end
}

type batchState uint8

const (
	listed batchState = iota
	submitted
	settled
)

// await makes a new batch one that is to be submitted.
func (d *dispatcher) await(files int, bytes int64) {
	if len(d.waiting) == 0 {
		d.since = time.Now()
	}
	d.waiting = append(d.waiting, len(d.batches))
	d.appear(files, bytes)
}

// appear makes the next batch known.
func (d *dispatcher) appear(files int, bytes int64) {
	d.batches = append(d.batches, batch{files: int32(files), bytes: bytes})
	d.count[listed]++
}

// dropListed gives up the batches that are not submitted. Of these nothing is told, as of what a run on one machine
// has not come to.
func (d *dispatcher) dropListed() {
	d.waiting, d.again = nil, nil
	for n := range d.batches {
		if d.batches[n].state == listed {
			d.set(n, settled)
		}
	}
}

// set changes a batch's state.
func (d *dispatcher) set(n int, to batchState) *batch {
	c := &d.batches[n]
	d.count[c.state]--
	c.state = to
	d.count[to]++
	return c
}
