package run

import (
	"context"
	"io"
	"strings"

	"brood/internal/command"
	"brood/internal/event"
	"brood/internal/plan"
	"brood/internal/process"
	"brood/internal/schedule"
	"brood/internal/view"
)

// itemSource makes the batches of commands: the items that one command is given, or its block. It reads no further than
// the scheduler needs, so it never holds more than one batch.
//
//	item.Reader ── Next ─▶ read ── Batches ─▶ schedule
type itemSource struct {
	*commands
	batches chan plan.Batch
	ended   chan struct{}
	err     error // why there are no more items; valid once batches is closed
}

// itemVariable begins the variable with the first item of a command.
const itemVariable = "BROOD_ITEM="

const (
	mostArgument = 128 << 10            // bytes of an argument or a variable that Linux passes, with a NUL
	lineRoom     = mostArgument - 1<<10 // bytes of a line for the shell that are filled with items
)

// newItemSource starts the reading. A read of standard input may last for ever, so nobody waits for its end.
func newItemSource(ctx context.Context, c *commands) *itemSource {
	s := &itemSource{commands: c, batches: make(chan plan.Batch), ended: make(chan struct{})}
	go func() {
		if s.Blocks != nil {
			s.err = s.readBlocks(ctx)
		} else {
			s.err = s.read(ctx)
		}
		close(s.ended)
		close(s.batches)
	}()
	return s
}

// Batches implements schedule.Source.
func (s *itemSource) Batches() <-chan plan.Batch { return s.batches }

// Done implements schedule.Source.
func (s *itemSource) Done(batch plan.Batch) {
	s.blocks.done(batch)
	s.settle(batch)
}

// failed returns the error of reading, nil while items may still come.
func (s *itemSource) failed() error {
	select {
	case <-s.ended:
		return s.err
	default:
		return nil
	}
}

// read sends all batches.
func (s *itemSource) read(ctx context.Context) error {
	room := process.ArgRoom(s.Env)
	var batch plan.Batch
	size, most := 0, 0 // bytes of arguments of the batch
	send := func() bool {
		if len(batch.Inputs) == 0 {
			return true
		}
		batch.Seq++
		batch.Items = []string{title(batch.Inputs)}
		if len(s.done.lines) > 0 {
			argv := s.template.Expand(command.Vars{Items: batch.Inputs, Seq: batch.Seq, Slot: 1})
			if take(s.done.lines, view.JoblogCommand(argv)) {
				s.skip(batch.Inputs...)
				batch = plan.Batch{Seq: batch.Seq - 1}
				return true
			}
		}
		sent := s.send(ctx, batch)
		batch = plan.Batch{Seq: batch.Seq}
		return sent
	}
	for {
		values, err := s.items.Next()
		switch {
		case ctx.Err() != nil: // then the end of the items is no real one
			return nil
		case err == io.EOF:
			if send() && !s.measured.Load() {
				s.emit(event.Event{Kind: event.Measured, Items: batch.Seq})
			}
			return nil
		case err != nil:
			send()
			return err
		}
		if take(s.done.items, schedule.JoinValues(values)) {
			s.skip(values)
			continue
		}
		if s.Fill {
			vars := command.Vars{Items: [][]string{values}}
			more, exact := s.template.Adds(vars)
			if !exact {
				more = s.template.Size(vars)
			}
			if size+more > most && !send() {
				return nil
			}
			if len(batch.Inputs) == 0 {
				size = s.template.Size(vars) - more
				most = room - len(itemVariable) - len(title(vars.Items)) - 9 // as for an argument
				if s.Shell {
					most = min(most, lineRoom)
				}
			}
			size += more
		}
		batch.Inputs = append(batch.Inputs, values)
		if len(batch.Inputs) >= s.Most && !send() {
			return nil
		}
	}
}

// send sends a batch, when not too many outputs wait for an earlier one. It returns false when the run is being ended.
func (s *itemSource) send(ctx context.Context, batch plan.Batch) bool {
	for s.output.Held() >= holdAtMost {
		select {
		case <-s.delivered:
		case <-ctx.Done():
			return false
		}
	}
	select {
	case s.batches <- batch:
		return true
	case <-ctx.Done():
		return false
	}
}

// skip tells that items were done by an earlier run.
func (s *itemSource) skip(items ...[]string) {
	for _, values := range items {
		e := event.Event{Kind: event.Skipped, File: strings.Join(values, " "), Reason: event.ReasonRan}
		if len(values) > 1 {
			e.Inputs = event.Paths{schedule.JoinValues(values)}
		}
		s.emit(e)
	}
}

// title names what a command is given, for people and for BROOD_ITEM: its first item.
func title(inputs [][]string) string { return strings.Join(inputs[0], " ") }
