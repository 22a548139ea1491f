package plan

// counted makes batches of Options.PerChild files, in the walk's order. The walk waits while a
// full batch waits to be taken.
type counted struct {
	perChild, argRoom int

	batch Batch
	size  int // room of its names among the arguments
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

// full reports whether the batch takes no more files. The next name may be as long as a path can be.
func (c *counted) full() bool {
	const path = 4096
	n := len(c.batch.Items)
	return n >= c.perChild || n > 0 && c.argRoom > 0 && c.size+path+9 > c.argRoom
}
