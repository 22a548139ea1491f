package plan

// Chunk bounds batches that are handed to another machine, which makes children of them by
// itself. The zero value is no such bound.
type Chunk struct {
	Files int   // a batch has so many at the most,
	Bytes int64 // and no more once it has so many of these; a file that has as many is a batch of its own
}

// chunked makes batches by Options.Chunk, in the walk's order; while a chunk waits to be
// taken so does the walk.
type chunked struct {
	Chunk
	alone []Batch // of one large file each
	batch Batch
}

func (c *chunked) add(e entry) {
	if e.size < c.Bytes {
		c.batch.add(e)
		return
	}
	var batch Batch
	batch.add(e)
	c.alone = append(c.alone, batch)
}

func (c *chunked) next(hurry bool) (Batch, bool) {
	if len(c.alone) > 0 {
		return c.alone[0], true
	}
	full := len(c.batch.Items) >= c.Files || c.batch.Bytes >= c.Bytes
	return c.batch, full || hurry && len(c.batch.Items) > 0
}

func (c *chunked) given() {
	if len(c.alone) > 0 {
		c.alone = c.alone[1:]
		return
	}
	c.batch = Batch{}
}

func (c *chunked) waiting() int { return len(c.alone) + len(c.batch.Items) }

func (c *chunked) enough(ready bool) bool { return ready }
