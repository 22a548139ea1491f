package run

import "brood/internal/event"

// measure emits the number of commands, if it is known before all items are read. walked is the number of files of
// --from; below 0 while it is not known. It depends on the items how many of them fill a command line, and how many of
// them an earlier run has done.
func (c *commands) measure(walked int) {
	items, known := c.Items.Count(walked)
	if !known || c.Fill || c.Blocks != nil || c.continues {
		return
	}
	count := items / c.Most
	if items%c.Most > 0 {
		count++
	}
	c.measured.Store(true)
	c.run.emit(event.Event{Kind: event.Measured, Items: count})
}
