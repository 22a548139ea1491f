package run

import (
	"errors"
	"fmt"
	"io"
	"syscall"

	"brood/internal/command"
	"brood/internal/event"
	"brood/internal/plan"
	"brood/internal/view"
)

// lister writes the names that are part of the answer: the files that a dry run would
// copy, or the items that differ.
func lister(spec *Spec, out io.Writer) func(event.Event) {
	switch {
	case spec.Command != nil && spec.DryRun:
		return func(e event.Event) {
			if e.Kind == event.Planned {
				fmt.Fprintln(out, command.Quote(e.Command)) // out is buffered, and keeps an error
			}
		}
	case spec.Quiet, spec.Files.OnStdout():
	case spec.Compare && spec.JSON:
		return view.DifferencesJSON(out)
	case spec.Compare:
		return view.Differences(out)
	case spec.DryRun && !spec.JSON:
		return view.Plan(out)
	}
	return func(event.Event) {}
}

// listPlan emits what a child would do for each batch, and starts none.
func listPlan(p *plan.Plan, emit event.Sink) {
	for batch := range p.Batches() {
		if !batch.Folders {
			e := event.Event{Kind: event.Planned, File: batch.Items[0], Size: batch.Bytes}
			if batch.Repairs() {
				e.Reason = event.ReasonRepaired
			}
			emit(e)
		}
		p.Done(batch)
	}
}

// list emits the command for each batch, and starts none. It ends early when the answer cannot be written, and returns
// SIGPIPE if that is because its reader has gone (| head).
func (c *commands) list(source *itemSource) syscall.Signal {
	for batch := range source.Batches() {
		argv := c.template.Expand(command.Vars{Items: batch.Inputs, Seq: batch.Seq, Slot: 1})
		c.run.emit(event.Event{Kind: event.Planned, File: batch.Items[0], Command: argv})
		source.blocks.done(batch)
		_, err := c.run.answer.Write(nil) // the error of any write until now
		if errors.Is(err, syscall.EPIPE) {
			c.run.emit(event.Event{Kind: event.Stopping, Reason: event.ReasonUnread})
			return syscall.SIGPIPE
		}
		if err != nil { // the end of the run reports it
			return 0
		}
	}
	return 0
}
