package run

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"

	"brood/internal/block"
	"brood/internal/event"
	"brood/internal/plan"
	"brood/internal/process"
	"brood/internal/schedule"
)

// blocksBeside is how many blocks there may be beside those of running commands: the next ones, and those of commands
// that wait for another attempt. Each is a file, and takes a descriptor. They must not take the descriptors that the
// next command needs, because no block is done without a command.
const blocksBeside = 100

// blocks are what commands read with --pipe, in place of getting items.
//
//	block.Reader ── Next ─▶ a file ── Batch.Stdin ─▶ schedule ── launchOnBlock: the file, opened again ─▶ command
//	                          └─ closed by Done: no attempt needs it any more ◀──┘
type blocks struct {
	*block.Reader
	most    int64         // blocks at once, however many commands run
	inUse   atomic.Int64  // blocks that are not done
	running atomic.Int64  // commands that run, each on one of them
	freed   chan struct{} // holds a value if a block was done or a command has started since the last look
}

// openBlocks opens the stream of blocks that the spec asks for. Without one, no block is ever read.
func openBlocks(spec *Spec) (*blocks, error) {
	b := &blocks{freed: make(chan struct{}, 1)}
	if spec.Command.Blocks == nil {
		return b, nil
	}
	children, _ := process.Limit()
	b.most = int64(min(children, 1<<30)) + 1 // a child takes more descriptors than a block
	r, err := block.Open(*spec.Command.Blocks, os.Stdin)
	b.Reader = r
	return b, err
}

// close ends the reading.
func (b *blocks) close() {
	if b.Reader != nil {
		b.Reader.Close()
	}
}

// next returns the batch for the next block, and io.EOF after the last. While there are too many blocks or too few
// descriptors, it waits until a block is done.
func (b *blocks) next(ctx context.Context, seq int) (batch plan.Batch, err error) {
	for {
		if n := b.inUse.Load(); n < b.most && n-b.running.Load() < blocksBeside {
			file, err := b.Next()
			if err == nil {
				b.inUse.Add(1)
				name := fmt.Sprint("block ", seq)
				return plan.Batch{Seq: seq, Items: []string{name}, Inputs: [][]string{{name}}, Stdin: file}, nil
			}
			if !process.Exhausted(err) || b.inUse.Load() == 0 {
				return batch, err
			}
		}
		select {
		case <-b.freed:
		case <-ctx.Done():
			return batch, ctx.Err()
		}
	}
}

// done closes the block of a batch, if it has one.
func (b *blocks) done(batch plan.Batch) {
	if batch.Stdin == nil {
		return
	}
	batch.Stdin.Close()
	b.inUse.Add(-1)
	b.noteFreed()
}

// noteFreed makes next look again.
func (b *blocks) noteFreed() {
	select {
	case b.freed <- struct{}{}:
	default:
	}
}

// readBlocks sends a batch for each block.
func (s *itemSource) readBlocks(ctx context.Context) error {
	for seq := 1; ; seq++ {
		batch, err := s.blocks.next(ctx, seq)
		switch {
		case err == io.EOF:
			s.run.emit(event.Event{Kind: event.Measured, Items: seq - 1})
			return nil
		case errors.Is(err, context.Canceled):
			return nil
		case err != nil:
			return fmt.Errorf("%w; the rest of the input is not run", err)
		}
		if !s.send(ctx, batch) {
			s.blocks.done(batch)
			return nil
		}
	}
}

// launchOnBlock is launch for a command that reads a block, if the batch has one. Each attempt gets the block from its
// beginning: what a process of an earlier attempt may still do with its standard input does not matter.
func (c *commands) launchOnBlock(batch plan.Batch, slot int) (l schedule.Launch, err error) {
	if batch.Stdin == nil {
		return c.launch(batch, slot)
	}
	stdin, err := batch.Stdin.Reopen()
	if err != nil {
		return l, err
	}
	if l, err = c.launch(batch, slot); err != nil {
		stdin.Close()
		return l, err
	}
	l.Config.Command.Stdin = stdin.File
	started, ended, runs := l.Started, l.Ended, false
	l.Started = func() {
		stdin.Close()
		started()
		runs = true
		c.blocks.running.Add(1)
		c.blocks.noteFreed()
	}
	l.Ended = func(end schedule.End) (why string, transient bool) {
		stdin.Close() // it is still open if the command did not start
		if runs {
			c.blocks.running.Add(-1)
		}
		return ended(end)
	}
	return l, nil
}
