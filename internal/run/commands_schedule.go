package run

import (
	"brood/internal/plan"
	"brood/internal/process"
	"brood/internal/schedule"
)

// schedule runs the commands of a source. It calls cancel when no more of them are wanted, and at the end.
func (c *commands) schedule(source schedule.Source, slots slots, stops <-chan schedule.Stop, cancel func()) {
	spec := c.run.spec
	shared := shareSlots(spec)
	defer shared.Close()
	defer c.watchReaders()()
	engine := &schedule.Commands{Launch: c.launchOnBlock, Name: spec.Name, Daemon: spec.Daemon}
	schedule.Run(source, engine, schedule.Options{
		Slots: slots.count, Most: slots.most, Room: spec.Room.room(), Grace: grace, Stop: stops, Cancel: cancel,
		Delay: spec.Delay, Stall: spec.Stall, Output: true, Timeout: spec.Timeout, Percent: spec.Percent,
		Longer: c.Again.All || c.Again.Timeouts, Retries: spec.Retries,
		Changes: shared.Changes(), Limit: slots.limit,
	}, c.run.emit)
	cancel()
	process.Finish(grace)
	c.settling.Wait()
}

// keptAtMost bounds the large outputs that are kept while their commands wait for another attempt. Each is up to 4
// files. They must not take the descriptors that the attempts need.
func keptAtMost() int {
	children, _ := process.Limit()
	return min(max(children/8, 1), 100)
}

// settle tells the collector that a command has no further attempt. That may print, and so block, for which the
// scheduler does not wait.
func (c *commands) settle(batch plan.Batch) {
	c.settling.Go(func() {
		c.output.Settle(batch.Seq)
		c.noteDelivery()
	})
}

// noteDelivery makes the source of items look again at how many outputs are held.
func (c *commands) noteDelivery() {
	select {
	case c.delivered <- struct{}{}:
	default:
	}
}
