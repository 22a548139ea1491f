package output

// finished is the output of a command that has ended, or none.
type finished struct {
	tag   string
	texts [2]text
}

func (f finished) empty() bool { return f.texts[0].empty() && f.texts[1].empty() }

// finish prints an output, and then the outputs that have waited for it. It holds an output whose turn has not come.
func (c *Collector) finish(seq int, f finished) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.options.Ordered || seq < c.next {
		c.print(f)
		return
	}
	if f.empty() {
		c.waiting[seq] = nil
		c.releaseAll(&f.texts) // all is printed, but may be in a file
	} else {
		c.waiting[seq] = &f
		c.held.Add(1)
	}
	c.advance()
}

// advance prints all outputs whose turn has come.
func (c *Collector) advance() {
	before := c.next
	for {
		f, ok := c.waiting[c.next]
		if !ok {
			break
		}
		delete(c.waiting, c.next)
		if f != nil {
			c.held.Add(-1)
			c.print(*f)
		}
		c.next++
	}
	if o := c.live[c.next]; o != nil && c.next > before {
		o.printLines()
	}
}

// mayPrint tells whether an output may be printed now. The caller holds mu.
func (c *Collector) mayPrint(seq int) bool { return !c.options.Ordered || seq <= c.next }

// print writes standard output and then standard error, each whole. The caller holds mu.
func (c *Collector) print(f finished) {
	for i := range f.texts {
		c.printText(i, f.tag, &f.texts[i], nil)
	}
	c.releaseAll(&f.texts)
}

// releaseAll forgets texts. If a command has written them, this frees space on the disk: see room.go.
func (c *Collector) releaseAll(texts *[2]text) {
	for i := range texts {
		if texts[i].file != nil && c.options.Mode == Grouped && !c.results.folders() {
			_ = c.probe(nil) // it counts
		}
		texts[i].release()
	}
}

// printText writes a text and then more. The caller holds mu.
func (c *Collector) printText(i int, tag string, t *text, more []byte) {
	d, byLine := c.to[i], tag != "" || c.options.Mode == Lines
	err := d.print(tag, byLine, t, more)
	if err == nil {
		err = d.err
	}
	if err != nil {
		c.fail(err)
	}
}
