package run

import (
	"errors"
	"sync"
	"syscall"

	"brood/internal/event"
	"brood/internal/schedule"
	"brood/internal/view"
)

// watchReaders calls checkReaders as soon as output cannot be written: the commands that run may never end. The caller
// calls unwatch at the end.
func (c *commands) watchReaders() (unwatch func()) {
	var watching sync.WaitGroup
	over := make(chan struct{})
	watching.Go(func() {
		select {
		case <-c.output.Failed():
			c.checkReaders()
		case <-over:
		}
	})
	return func() {
		close(over)
		watching.Wait()
	}
}

// checkReaders ends the run when nobody reads its output any more (| head), or it cannot be written.
func (c *commands) checkReaders() {
	err := c.output.Err()
	if err == nil || c.unread.Swap(true) {
		return
	}
	why := err.Error()
	if errors.Is(err, syscall.EPIPE) {
		why = event.ReasonUnread
	}
	c.run.emit(event.Event{Kind: event.Stopping, Reason: why})
	if c.elsewhere && !c.run.spec.Daemon {
		c.run.stops <- schedule.Kill // this leaves at once, and the tasks go on
		return
	}
	c.run.stops <- schedule.Terminate
}

// both returns why a command has failed, and what is wrong with its output.
func both(why string, err error) string {
	switch {
	case err == nil:
		return why
	case why == "":
		return err.Error()
	}
	return why + "; " + err.Error()
}

// besideFooter keeps what commands write to a terminal apart from the progress that is shown there.
func (c *commands) besideFooter(spec *Spec, std Streams) {
	if _, moves := view.Terminal(std.Err); moves && spec.Progress != ProgressNever {
		c.Command.Output.Aside = func(write func()) { c.run.log.queue.Aside(write) }
	}
}
