package run

import (
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
}
