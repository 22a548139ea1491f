package target

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"brood/internal/confine"
	"brood/internal/event"
	"brood/internal/filecopy"
	"brood/internal/gauge"
	"brood/internal/pace"
	"brood/internal/process"
)

// child is this process with its batch: what it has opened, and how far it is.
type child struct {
	Kwargs
	ctx          context.Context // before the first call of Done, SIGTERM ends this process at once
	source, dest *os.Root
	opened       map[*os.Root]*os.File // the inherited folders behind source and dest
	copier       *filecopy.Copier      // from source to dest
	events       *outbox
	bucket       *pace.Bucket // shared by all children; nil without shared memory
	gauge        *gauge.Gauge // in the same memory; nil without a slot
	item         int          // the index of the present name in the batch
}

// call is how a target treats the names of its batch: it calls do for each group of args arguments. The last
// argument of a group is the name that the outcome is about.
type call struct {
	args  int
	reads bool // reads both sides, and writes nothing
	links bool // links from one folder of the destination to another
	do    func(*child, ...string) error
}

func (c call) run(w *process.Work) error {
	kwargs, err := bind(w.Kwargs)
	if err == nil && (len(w.Args) == 0 || len(w.Args)%c.args != 0) {
		err = errUsage
	}
	if err != nil {
		return err
	}
	at, err := c.start(kwargs, w)
	if err != nil {
		return err
	}
	defer at.close()
	var failures []error
	for args := w.Args; len(args) > 0; args = args[c.args:] {
		if at.ctx.Err() != nil {
			return at.ctx.Err()
		}
		name := args[c.args-1]
		if err := c.do(at, args[:c.args]...); err != nil && at.ctx.Err() == nil {
			at.settle(event.Event{Kind: event.Failed, File: name, Error: err.Error(),
				Transient: filecopy.Transient(err)})
			failures = append(failures, fmt.Errorf("%q: %w", name, err))
		}
		at.item++
	}
	return errors.Join(failures...)
}

// start opens both sides, and confines this process to them and to the names.
func (c call) start(kwargs Kwargs, w *process.Work) (*child, error) {
	source, err := kwargs.openSource(w)
	if err != nil {
		return nil, err
	}
	at := &child{Kwargs: kwargs, ctx: w.Context(), source: source, events: newOutbox(w.Events)}
	if at.dest, err = c.dest(w, source, kwargs); err != nil {
		source.Close()
		return nil, err
	}
	if len(w.Files) > 1 {
		at.opened = map[*os.Root]*os.File{source: w.Files[0], at.dest: w.Files[1]}
	}
	at.copier = filecopy.NewCopier(source, at.dest)
	if w.Shared != nil {
		if err := at.share(w.Shared); err != nil {
			at.close()
			return nil, err
		}
	}
	if at.gauge != nil && len(w.Args) > c.args {
		at.events.delay = holdDelay
	}
	if err := confine.To(c.access(at, w.Args), kwargs.Confine); err != nil {
		at.close()
		return nil, err
	}
	return at, nil
}

// share opens the memory that the parent shares.
func (c *child) share(memory *os.File) (err error) {
	if c.bucket, err = pace.Open(memory); err == nil && c.Slot != 0 {
		c.gauge, err = gauge.At(c.bucket.Beside(), c.Slot)
	}
	return err
}

func (c call) dest(w *process.Work, source *os.Root, kwargs Kwargs) (*os.Root, error) {
	if c.reads && len(w.Files) < 2 {
		return os.OpenRoot(kwargs.Dest) // a target that only reads does not make it
	}
	return kwargs.openDest(w, source)
}

// access returns what the child needs. A file that is replaced after the start is another file, and the child
// may not open that one. With one name this lasts a moment. A batch of many may take minutes, so that child may
// open all of the source.
func (c call) access(at *child, args []string) confine.Access {
	source := confine.Files{Root: at.source, Names: args[c.args-1:], All: len(args) > c.args}
	if c.reads {
		dest := confine.Files{Root: at.dest, Names: source.Names, All: source.All}
		return confine.Access{Read: []confine.Files{source, dest}, Opened: at.opened, Keep: Capabilities(true, false)}
	}
	return confine.Access{
		Read: []confine.Files{source}, Write: []*os.Root{at.dest}, Opened: at.opened,
		Link: c.links, Keep: Capabilities(false, at.Options.Archive),
	}
}

// Capabilities returns the part of root's rights that a child needs: to read only, to copy, or to copy with all
// attributes (archive).
func Capabilities(reads, archive bool) confine.Capabilities {
	switch {
	case reads:
		return confine.ToRead
	case archive:
		return confine.ToArchive
	}
	return confine.ToCopy
}

func (c *child) close() {
	c.events.flush()
	c.copier.Close()
	c.source.Close()
	c.dest.Close()
	if c.bucket != nil {
		c.bucket.Close()
	}
}

// settle writes the outcome of the present name.
func (c *child) settle(e event.Event) {
	c.gauge.Set(gauge.State{Item: c.item})
	c.tell(e)
}

func (c *child) tell(e event.Event) {
	e.Time = time.Now()
	c.events.send(e)
}
