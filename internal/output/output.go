package output

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"syscall"

	"brood/internal/tempfile"
)

// Output is the output of one attempt at an item.
//
//	Open ─▶ (the command starts with Stdout and Stderr) ─▶ Started ─▶ (it ends) ─▶ Close
type Output struct {
	collector *Collector
	item      Item
	folder    string // of its results; "" for none
	fulls     int64  // Collector.fulls at the start

	files   [2]*tempfile.File // with Grouped
	streams [2]*stream        // with Lines
	readers sync.WaitGroup
	tail    [2]string // see Tail
}

// Open makes the files for an attempt. Close the attempt before it first.
func (c *Collector) Open(it Item) (*Output, error) {
	o := &Output{collector: c, item: it}
	if c.options.Mode == Raw {
		return o, nil
	}
	var err error
	if o.folder, err = c.beginResults(it); err != nil {
		return nil, err
	}
	o.fulls = c.fulls.Load()
	if c.options.Mode == Lines {
		err = o.openPipes()
	} else {
		err = o.openFiles()
	}
	if err != nil {
		return nil, err
	}
	return o, nil
}

// Stdout returns the file for the command's standard output.
func (o *Output) Stdout() *os.File { return o.child(0) }

// Stderr returns the file for the command's standard error.
func (o *Output) Stderr() *os.File { return o.child(1) }

func (o *Output) child(i int) *os.File {
	switch o.collector.options.Mode {
	case Raw:
		return [...]*os.File{o.collector.options.Out, o.collector.options.Err}[i]
	case Lines:
		return o.streams[i].child
	}
	return o.files[i].File
}

// Started says that the command has its files. Stdout and Stderr are not valid afterwards.
func (o *Output) Started() {
	o.closeChildren()
	o.collector.supersede(o.item.Seq)
}

func (o *Output) closeChildren() {
	if o.collector.options.Mode == Lines {
		for _, s := range o.streams {
			s.child.Close() // Close calls this again, so it may be closed already
		}
	}
}

// Close says that the command has ended or could not be started. It prints the output, or holds it until its turn. It
// blocks while Out or Err does, so do not call it where other commands are supervised.
//
// Unless this attempt is the last, its output is kept until the next attempt has started, or until [Collector.Settle].
// An attempt that could not be started does not count: then the output of the attempt before it is that of the item.
//
// The error is about this item: ErrIncomplete, or its results could not be stored. [Collector.Err] has the errors of
// Out and Err.
func (o *Output) Close(end End, last bool) error {
	c := o.collector
	if c.options.Mode == Raw {
		if unread(c.options.Out) {
			c.fail(syscall.EPIPE)
		}
		return nil
	}
	texts, stored, err := o.end()
	if end.Error != "" {
		o.keepTail(&texts)
	}
	if before := c.takeKept(o.item.Seq); before != nil { // Started would have dropped it
		c.releaseKept(&kept{texts: texts, stored: stored})
		return c.notStarted(before, end.Error, last)
	}
	if last {
		return c.deliver(o, end, texts, stored, err)
	}
	c.keep(o, end, texts, stored, err)
	return o.named(err)
}

// deliver stores the output of an item, and prints it or holds it until its turn. err is what is wrong with it.
func (c *Collector) deliver(o *Output, end End, texts, stored [2]text, err error) error {
	if err == nil {
		err = c.storeResults(o, end, &stored)
	}
	if c.options.Mode == Lines {
		c.releaseAll(&stored)
	}
	if errors.Is(err, ErrIncomplete) {
		c.releaseAll(&texts)
		c.finish(o.item.Seq, finished{})
	} else {
		c.finish(o.item.Seq, finished{o.item.Tag, texts})
	}
	return o.named(err)
}

// named says which item an error is about.
func (o *Output) named(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("item %d: %w", o.item.Seq, err)
}

// end returns what is not printed yet, and what Results stores.
func (o *Output) end() (texts, stored [2]text, err error) {
	if o.collector.options.Mode == Lines {
		return o.endPipes()
	}
	texts, err = o.endFiles()
	return texts, texts, err
}
