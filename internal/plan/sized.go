package plan

// BatchSize bounds the batches for another machine, which splits them into batches for its
// children. The zero value is no bound.
type BatchSize struct {
	Files int   // most files in a batch
	Bytes int64 // size at which a batch is full; a file of this size is a batch of its own
}

// sized makes batches by Options.ForTasks, in the walk's order. The walk waits while a batch
// waits to be taken.
type sized struct {
	BatchSize
	alone []Batch // batches of one large file
	batch Batch   // the batch that is being filled
}

func (c *sized) add(e entry) {
	if e.size < c.Bytes {
		c.batch.add(e)
		return
	}
	var batch Batch
	batch.add(e)
	c.alone = append(c.alone, batch)
}

func (c *sized) next(hurry bool) (Batch, bool) {
	if len(c.alone) > 0 {
		return c.alone[0], true
	}
	full := len(c.batch.Items) >= c.Files || c.batch.Bytes >= c.Bytes
	return c.batch, full || hurry && len(c.batch.Items) > 0
}

func (c *sized) given() {
	if len(c.alone) > 0 {
		c.alone = c.alone[1:]
		return
	}
	c.batch = Batch{}
}

func (c *sized) waiting() int { return len(c.alone) + len(c.batch.Items) }

func (c *sized) enough(ready bool) bool { return ready }
