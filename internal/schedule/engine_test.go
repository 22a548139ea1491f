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

// batches is a source of batches.
type batches struct {
	ready chan plan.Batch
	done  []string // the first item of each batch that is done
}

// newBatches returns n batches with one file each: f0, f1 …

func newBatches(n int) *batches {
	b := &batches{ready: make(chan plan.Batch, n)}
	for i := range n {
		b.ready <- plan.Batch{Items: []string{fmt.Sprint("f", i)}}
	}
	close(b.ready)
	return b
}

func (b *batches) Batches() <-chan plan.Batch { return b.ready }
func (b *batches) Done(batch plan.Batch)      { b.done = append(b.done, batch.Items[0]) }

// engine starts children that are goroutines. The tests are about order and time, and need
// no processes.
type engine struct {
	start    func(plan.Batch) error   // error of a start; nil: no error
	make     func(*child)             // sets further fields of a child; may be nil
	live     func(*child)             // returns when the child ends; nil: at once
	tell     func(*child, event.Sink) // emits the child's events; nil: only its end
	children []*child
	running  atomic.Int32
	most     int32
}

type child struct {
	name    string // its first item
	items   []string
	try     int // 1 for the first child of the engine
	signals chan string
	ended   atomic.Bool
	noRoom  bool

	stillborn bool
	heard     []string
	work      time.Duration // that is left, for tests that use it

	gauge *gauge.Gauge         // nil: none
	turns func() machine.Turns // nil: the child is stopped
}

func (e *engine) Start(batch plan.Batch, emit event.Sink, over func()) (schedule.Child, error) {
	if e.start != nil {
		if err := e.start(batch); err != nil {
			return nil, err
		}
	}
	c := &child{name: batch.Items[0], items: batch.Items, try: len(e.children) + 1, signals: make(chan string, 8)}
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

// lead waits for the child's end and emits its events.
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
func (c *child) Signs() uint64        { return c.gauge.Signs() }
func (c *child) HasEnded() bool       { return c.ended.Load() }
func (c *child) Look(bool) bool       { return false }
func (c *child) Turns(bool) machine.Turns {
	if c.turns == nil {
		return machine.Turns{Alive: true, Held: true}
	}
	return c.turns()
}
func (c *child) NoRoom() bool { return c.noRoom }

func (c *child) Stillborn() bool { return c.stillborn }
func (c *child) Terminate()      { c.hear("terminate") }
func (c *child) Kill()           { c.hear("kill") }
func (c *child) Abandon()        { c.hear("abandon") }

func (c *child) hear(signal string) {
	c.heard = append(c.heard, fmt.Sprintf("%s at %s", signal, time.Since(start)))
	c.signals <- signal
}

// start is the initial time of each synctest bubble.
var start = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// until returns a life that ends at this signal and ignores the others.
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
func run(b *batches, e *engine, opts schedule.Options) []string {
	var seen []string
	opts.Cancel = func() { seen = append(seen, "cancel") }
	stream := event.NewStream(func(e event.Event) {
		if e.Kind == event.Exited {
			return
		}
		seen = append(seen, fmt.Sprint(e.Kind, " ", e.File))
	})
	schedule.Run(b, e, opts, stream.Emit)
	return seen
}
