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

// worker is a child at its job.
type worker struct {
	Kwargs
	ctx          context.Context
	listen       func() // for what ends ctx; until then SIGTERM ends this process at once
	source, dest *os.Root
	opened       map[*os.Root]*os.File // what was inherited of them
	copier       *filecopy.Copier      // from one to the other
	events       *event.Writer
	bucket       *pace.Bucket // that all children share; nil for one by hand
	gauge        *gauge.Gauge // in the same memory; nil without
	item         int          // the number of the name at hand
}

// task is what a target does, once for so many arguments, of which the last is the
// name that it is about.
type task struct {
	args  int
	reads bool // both sides, and writes nothing
	links bool // from one folder of the destination to another
	do    func(*worker, ...string) error
}

func (t task) run(w *process.Work) error {
	job, err := bind(w.Kwargs)
	if err == nil && (len(w.Args) == 0 || len(w.Args)%t.args != 0) {
		err = errUsage
	}
	if err != nil {
		return err
	}
	at, err := t.start(job, w)
	if err != nil {
		return err
	}
	defer at.close()
	var failures []error
	for args := w.Args; len(args) > 0; args = args[t.args:] {
		if at.ctx.Err() != nil {
			return at.ctx.Err()
		}
		name := args[t.args-1]
		if err := t.do(at, args[:t.args]...); err != nil && at.ctx.Err() == nil {
			at.settle(event.Event{Kind: event.Failed, File: name, Error: err.Error(), Transient: filecopy.Transient(err)})
			failures = append(failures, fmt.Errorf("%q: %w", name, err))
		}
		at.item++
	}
	return errors.Join(failures...)
}

// start opens both ends, and confines this process to them and to the names.
func (t task) start(job Kwargs, w *process.Work) (*worker, error) {
	ctx, listen := w.LateContext()
	source, err := job.openSource(w)
	if err != nil {
		return nil, err
	}
	at := &worker{Kwargs: job, ctx: ctx, listen: listen, source: source, events: event.NewWriter(w.Events)}
	if at.dest, err = t.dest(w, source, job); err != nil {
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
	if err := confine.To(t.access(at, w.Args), job.Confine); err != nil {
		at.close()
		return nil, err
	}
	return at, nil
}

// share opens the memory that the parent shares.
func (w *worker) share(memory *os.File) (err error) {
	if w.bucket, err = pace.Open(memory); err == nil && w.Slot != 0 {
		w.gauge, err = gauge.At(w.bucket.Beside(), w.Slot)
	}
	return err
}

func (t task) dest(w *process.Work, source *os.Root, job Kwargs) (*os.Root, error) {
	if t.reads && len(w.Files) < 2 {
		return os.OpenRoot(job.Dest) // which is not made
	}
	return job.openDest(w, source)
}

// access is what the task needs. A file that is replaced after this has begun is
// another one, and not let in: with one name that is a moment, but with many it may
// be minutes, and they are let into all of the source instead.
func (t task) access(at *worker, args []string) confine.Access {
	source := confine.Files{Root: at.source, Names: args[t.args-1:], All: len(args) > t.args}
	if t.reads {
		dest := confine.Files{Root: at.dest, Names: source.Names, All: source.All}
		return confine.Access{Read: []confine.Files{source, dest}, Opened: at.opened, Keep: Capabilities(true, false)}
	}
	return confine.Access{
		Read: []confine.Files{source}, Write: []*os.Root{at.dest}, Opened: at.opened,
		Link: t.links, Keep: Capabilities(false, at.Options.Archive),
	}
}

// Capabilities are what a child needs of root's rights: one that only reads, one
// that copies, and one that keeps all attributes.
func Capabilities(reads, archive bool) confine.Capabilities {
	switch {
	case reads:
		return confine.ToRead
	case archive:
		return confine.ToArchive
	}
	return confine.ToCopy
}

func (w *worker) close() {
	w.copier.Close()
	w.source.Close()
	w.dest.Close()
	if w.bucket != nil {
		w.bucket.Close()
	}
}

// settle tells what has become of a name, which is at hand no more.
func (w *worker) settle(e event.Event) {
	w.gauge.Set(gauge.State{Item: w.item})
	w.tell(e)
}

func (w *worker) tell(e event.Event) {
	e.Time = time.Now()
	// Without its parent a child has nobody to tell, and finishes its work all the same.
	_ = w.events.Write(e)
}
