package plan

// Chunk bounds jobs that are handed to another machine, which makes children of them by
// itself. The zero value is no such bound.
type Chunk struct {
	Files int   // a job has so many at the most,
	Bytes int64 // and no more once it has so many of these; a file that has as many is a job of its own
}

// chunked makes jobs by Options.Chunk, in the walk's order; while a chunk waits to be
// taken so does the walk.
type chunked struct {
	Chunk
	alone []Job // of one large file each
	job   Job
}

func (c *chunked) add(e entry) {
	if e.size < c.Bytes {
		c.job.add(e)
		return
	}
	var job Job
	job.add(e)
	c.alone = append(c.alone, job)
}

func (c *chunked) next(hurry bool) (Job, bool) {
	if len(c.alone) > 0 {
		return c.alone[0], true
	}
	full := len(c.job.Names) >= c.Files || c.job.Bytes >= c.Bytes
	return c.job, full || hurry && len(c.job.Names) > 0
}

func (c *chunked) given() {
	if len(c.alone) > 0 {
		c.alone = c.alone[1:]
		return
	}
	c.job = Job{}
}

func (c *chunked) waiting() int { return len(c.alone) + len(c.job.Names) }

func (c *chunked) enough(ready bool) bool { return ready }
