package plan

// counted makes jobs of Options.PerChild files, in the walk's order: one job is filled, and
// while it waits to be taken so does the walk.
type counted struct {
	perChild, room int

	job  Job
	size int // of its names, as arguments
}

func (c *counted) add(e entry) {
	c.job.add(e)
	c.size += e.args()
}

func (c *counted) next(hurry bool) (Job, bool) {
	return c.job, c.full() || hurry && len(c.job.Names) > 0
}

func (c *counted) given() { c.job, c.size = Job{}, 0 }

func (c *counted) waiting() int { return len(c.job.Names) }

func (c *counted) enough(ready bool) bool { return ready }

// full tells whether the job takes no more; the next name could have the length of a path.
func (c *counted) full() bool {
	const path = 4096
	n := len(c.job.Names)
	return n >= c.perChild || n > 0 && c.room > 0 && c.size+path+9 > c.room
}
