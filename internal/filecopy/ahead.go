package filecopy

import (
	"context"
	"os"
)

// readsAhead is the number of blocks that are read at the same time. If another child writes
// to the disk, four requests get a larger share of the disk than one request, even one of
// four times the size. They halved the time of reading (Linux 6.18, a virtual disk, two
// children). Each request takes a thread, and memory.
const readsAhead = 4

// ahead reads a file from the medium in order. It reads the next blocks while the caller
// uses the last one:
//
//	0 ─── delivered ─── read, or being read ─── asked ─── size
//
// Several reads at a time have a goroutine each, and join waits for all of them.
type ahead struct {
	*medium
	gate              gate
	size, asked, read int64
	whole             bool       // the gate let all of the last block through
	pending           []*reading // in the file's order
	last              []byte     // the block that the caller uses
	spare             [][]byte
}

// reading is the read of one block.
type reading struct {
	off   int64
	block []byte
	n     int
	err   error
	done  chan struct{} // closed when the read ends; nil before it begins
}

// newAhead returns a reader of the first size bytes of f, which must have no dirty pages.
func newAhead(f *os.File, size int64, g gate) *ahead {
	return &ahead{medium: newMedium(f), gate: g, size: size}
}

// next returns the next block, which is valid until the next call. At the end of the file
// the block is empty. After size bytes, next reads a little more, to see that the file ends.
func (a *ahead) next(ctx context.Context) ([]byte, error) {
	if a.last != nil {
		a.spare, a.last = append(a.spare, a.last), nil
	}
	for a.asked < a.size && (len(a.pending) == 0 || a.whole && len(a.pending) < readsAhead) {
		if err := a.ask(ctx); err != nil {
			return nil, err
		}
	}
	if len(a.pending) == 0 {
		a.add(a.read, 1)
	}
	if len(a.pending) > 1 {
		a.begin()
	}
	return a.take()
}

// ask adds the part of the next block that the gate lets through. If that is less than a
// block, the gate sets the pace, and next reads nothing ahead.
func (a *ahead) ask(ctx context.Context) error {
	want := min(blockSize, a.size-a.asked)
	limit, err := a.gate.pass(ctx, a.asked, want)
	if err != nil {
		return err
	}
	a.whole = limit == want
	a.add(a.asked, limit)
	a.asked += limit
	return nil
}

func (a *ahead) add(off, limit int64) {
	a.pending = append(a.pending, &reading{off: off, block: a.buffer(wholePages(limit))})
}

// begin starts all pending reads.
func (a *ahead) begin() {
	for _, r := range a.pending {
		if r.done == nil {
			r.done = make(chan struct{})
			go func() {
				defer close(r.done)
				r.n, r.err = a.readAt(r.block, r.off)
			}()
		}
	}
}

// take returns the first pending block. A single block needs no goroutine, and so no thread:
// most files have no more.
func (a *ahead) take() ([]byte, error) {
	r := a.pending[0]
	if r.done != nil {
		<-r.done
	} else {
		r.n, r.err = a.readAt(r.block, r.off)
	}
	a.pending = a.pending[1:]
	if r.err != nil {
		if err := a.retry(r); err != nil {
			return nil, NewError("read back", err)
		}
	}
	a.read += int64(r.n)
	a.last = r.block
	return r.block[:r.n], nil
}

// retry reads the rest of a block after an error. If O_DIRECT was the reason, it reads
// without it.
func (a *ahead) retry(r *reading) error {
	if err := a.forgo(r.err); err != nil {
		return err
	}
	n, err := a.readAt(r.block[r.n:], r.off+int64(r.n))
	r.n += n
	return err
}

// buffer returns an unused buffer of that size.
func (a *ahead) buffer(size int64) []byte {
	if n := len(a.spare); n > 0 && int64(cap(a.spare[n-1])) >= size {
		block := a.spare[n-1]
		a.spare = a.spare[:n-1]
		return block[:size]
	}
	return newBlock(size)
}

// join waits for all reads to end.
func (a *ahead) join() {
	for _, r := range a.pending {
		if r.done != nil {
			<-r.done
		}
	}
}
