package slurm

import "time"

// chunk is what is known of one.
type chunk struct {
	files      int32
	bytes      int64
	state      chunkState
	tries      int       // submissions
	refused    int       // nodes on which it could not begin
	generation int       // of the latest submission
	at         time.Time // of that
	missing    time.Time // since when Slurm has no task for it that is still to end
}

type chunkState uint8

const (
	listed chunkState = iota
	submitted
	settled
)

// await makes a new chunk one that is to be submitted.
func (r *run) await(files int, bytes int64) {
	if len(r.waiting) == 0 {
		r.since = time.Now()
	}
	r.waiting = append(r.waiting, len(r.chunks))
	r.appear(files, bytes)
}

// appear makes the next chunk known.
func (r *run) appear(files int, bytes int64) {
	r.chunks = append(r.chunks, chunk{files: int32(files), bytes: bytes})
	r.count[listed]++
}

// dropListed gives up the chunks that are not submitted. Of these nothing is told, as of what a run on one machine
// has not come to.
func (r *run) dropListed() {
	r.waiting, r.again = nil, nil
	for n := range r.chunks {
		if r.chunks[n].state == listed {
			r.set(n, settled)
		}
	}
}

// set changes a chunk's state.
func (r *run) set(n int, to chunkState) *chunk {
	c := &r.chunks[n]
	r.count[c.state]--
	c.state = to
	r.count[to]++
	return c
}
