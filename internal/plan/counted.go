package plan

// counted makes batches of Options.PerChild files, in the walk's order: one batch is filled, and
// while it waits to be taken so does the walk.
type counted struct {
	perChild, argRoom int

	batch Batch
	size  int // of its names, as arguments
}

func (c *counted) add(e entry) {
	c.batch.add(e)
	c.size += e.args()
}

func (c *counted) next(hurry bool) (Batch, bool) {
	return c.batch, c.full() || hurry && len(c.batch.Items) > 0
}

func (c *counted) given() { c.batch, c.size = Batch{}, 0 }

func (c *counted) waiting() int { return len(c.batch.Items) }

func (c *counted) enough(ready bool) bool { return ready }

// full tells whether the batch takes no more; the next name could have the length of a path.
func (c *counted) full() bool {
	const path = 4096
	n := len(c.batch.Items)
	return n >= c.perChild || n > 0 && c.argRoom > 0 && c.size+path+9 > c.argRoom
}
