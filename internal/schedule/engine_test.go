package schedule_test

import (
	"fmt"
	"sync/atomic"
	"time"

	"brood/internal/event"
	"brood/internal/gauge"
	"brood/internal/machine"
	"brood/internal/plan"
	"brood/internal/schedule"
)

// batches is a plan of so many files, and notes what is done.
type batches struct {
	ready chan plan.Batch
	done  []string
}

func newBatches(n int) *batches {
	j := &batches{ready: make(chan plan.Batch, n)}
	for i := range n {
		j.ready <- plan.Batch{Items: []string{fmt.Sprint("f", i)}}
	}
	close(j.ready)
	return j
}

func (j *batches) Batches() <-chan plan.Batch { return j.ready }
func (j *batches) Done(batch plan.Batch)      { j.done = append(j.done, batch.Items[0]) }

// engine starts children that are goroutines: what is tested is the order of
// things and the clock, for which no process is needed.
type engine struct {
	start    func(plan.Batch) error   // nil: there always is room
	make     func(*child)             // what it has beside its name; nil: nothing
	live     func(*child)             // the child's life; nil: it ends at once
	tell     func(*child, event.Sink) // what it tells; nil: its end
	children []*child
	running  atomic.Int32
	most     int32
}

type child struct {
	name    string
	names   []string
	try     int // which child this is
	signals chan string
	noRoom  bool
	heard   []string

	gauge *gauge.Gauge         // nil: none
	turns func() machine.Turns // nil: it is held
}

func (e *engine) Start(batch plan.Batch, emit event.Sink, over func()) (schedule.Child, error) {
	if e.start != nil {
		if err := e.start(batch); err != nil {
			return nil, err
		}
	}
	c := &child{name: batch.Items[0], names: batch.Items, try: len(e.children) + 1, signals: make(chan string, 8)}
	if e.make != nil {
		e.make(c)
	}
	e.children = append(e.children, c)
	e.most = max(e.most, e.running.Add(1))
	emit(event.Event{Kind: event.Started, File: c.name})
	go func() {
		e.lead(c, emit)
		over()
	}()
	return c, nil
}

// lead is the child's life, and what is told of it.
func (e *engine) lead(c *child, emit event.Sink) {
	if e.live != nil {
		e.live(c)
	}
	if e.tell != nil {
		e.tell(c, emit)
		return
	}
	emit(event.Event{Kind: event.Exited, File: c.name})
	if c.noRoom {
		emit(event.Event{Kind: event.Failed, File: c.name, Error: "no threads"})
	}
}

func (c *child) Sleep() machine.Sleep { return machine.Sleep{State: "D", Channel: "rpc_wait"} }
func (c *child) Gauge() *gauge.Gauge  { return c.gauge }
func (c *child) Look(bool) bool       { return false }
func (c *child) Turns(bool) machine.Turns {
	if c.turns == nil {
		return machine.Turns{Held: true}
	}
	return c.turns()
}
func (c *child) NoRoom() bool { return c.noRoom }
func (c *child) Terminate()   { c.hear("terminate") }
func (c *child) Kill()        { c.hear("kill") }
func (c *child) Abandon()     { c.hear("abandon") }

func (c *child) hear(signal string) {
	c.heard = append(c.heard, fmt.Sprintf("%s at %s", signal, time.Since(start)))
	c.signals <- signal
}

// start is when each bubble's clock begins.
var start = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// until is a life that ends at this signal, however many come before.
func until(last string) func(*child) {
	return func(c *child) {
		for signal := range c.signals {
			if signal == last {
				return
			}
		}
	}
}

// run runs the batches and returns the kinds of events with their files.
func run(j *batches, e *engine, opts schedule.Options) []string {
	var said []string
	opts.Cancel = func() { said = append(said, "cancel") }
	stream := event.NewStream(func(e event.Event) {
		if e.Kind == event.Exited {
			return
		}
		said = append(said, fmt.Sprint(e.Kind, " ", e.File))
	})
	schedule.Run(j, e, opts, stream.Emit)
	return said
}
