package filecopy

import (
	"context"
	"os"
)

// readsAhead is how many blocks are read at the same time. Of a disk that another child
// writes to, who asks for four blocks gets more than who asks for one, or for one of four
// times the size: half the time went into reading then (Linux 6.18, a virtual disk, two
// children). Each takes a thread, and memory.
const readsAhead = 4

// ahead reads a file from the medium in order, and the next blocks while the last is
// made use of:
//
//	0 ─── delivered ─── read, or on its way ─── asked ─── size
//
// Each of several reads at a time has a goroutine of its own, and join waits for all.
type ahead struct {
	*medium
	gate              gate
	size, asked, read int64
	whole             bool       // the gate let all of the last block through
	pending           []*reading // in the file's order
	last              []byte     // the block that the caller has
	spare             [][]byte
}

// reading is one block on its way.
type reading struct {
	off   int64
	block []byte
	n     int
	err   error
	done  chan struct{} // nil: not begun
}

// newAhead reads the size bytes of f. Its pages must not be dirty.
func newAhead(f *os.File, size int64, g gate) *ahead {
	return &ahead{medium: newMedium(f), gate: g, size: size}
}

// next is the next block, valid until next is called again; it is empty behind the end
// of the file. Behind the size that the file had, a little is read to see that there is
// no more.
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

// ask has as much of the next block read as the gate lets through. Where that is less
// than a block it is the gate that sets the pace, and nothing is read ahead.
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

// begin has all of what is pending read at the same time.
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

// take is the first of what is pending. A block that is alone needs no goroutine, which
// takes a thread as well: most files have no more.
func (a *ahead) take() ([]byte, error) {
	r := a.pending[0]
	if r.done != nil {
		<-r.done
	} else {
		r.n, r.err = a.readAt(r.block, r.off)
	}
	a.pending = a.pending[1:]
	if r.err != nil {
		if err := a.again(r); err != nil {
			return nil, NewError("read back", err)
		}
	}
	a.read += int64(r.n)
	a.last = r.block
	return r.block[:r.n], nil
}

// again reads the rest of a block that could not be read, without O_DIRECT if that was
// the reason.
func (a *ahead) again(r *reading) error {
	if err := a.forgo(r.err); err != nil {
		return err
	}
	n, err := a.readAt(r.block[r.n:], r.off+int64(r.n))
	r.n += n
	return err
}

// buffer is one of that size which is not in use.
func (a *ahead) buffer(size int64) []byte {
	if n := len(a.spare); n > 0 && int64(cap(a.spare[n-1])) >= size {
		block := a.spare[n-1]
		a.spare = a.spare[:n-1]
		return block[:size]
	}
	return newBlock(size)
}

// join waits for what is still being read.
func (a *ahead) join() {
	for _, r := range a.pending {
		if r.done != nil {
			<-r.done
		}
	}
}
