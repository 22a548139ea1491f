package schedule

import (
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"brood/internal/event"
	"brood/internal/gauge"
	"brood/internal/machine"
	"brood/internal/plan"
	"brood/internal/process"
)

// Local starts each batch as a child process of this one.
type Local struct {
	// Config returns the process for a batch. The process shows its progress in the given slot
	// of the shared memory (0: it has no slot). A Config without Shared frees the slot.
	// Local sets Name, Daemon, Stderr and Receive.
	Config func(batch plan.Batch, slot int) process.Config

	// Board holds the slots of the shared memory; nil where no memory can be shared.
	Board *gauge.Board

	// Name is the prefix of the children's names: NAME-1, NAME-2 … in the order of their
	// start. Children for folders and links are called folders-1, folders-2 …
	Name   string
	Daemon bool

	// Together is called with the reading of events that a child has written together; nil: they are emitted like any
	// others.
	Together func(func())

	files, folders int // children started
}

// Start implements Engine.
func (l *Local) Start(batch plan.Batch, emit event.Sink, over func()) (Child, error) {
	c := &localChild{
		batch: batch, undone: batch.Items, emit: emit, over: over, together: l.Together,
		started: time.Now(), board: l.Board, gauge: l.Board.Take(),
	}
	config := l.Config(batch, c.gauge.Number())
	if config.Shared == nil {
		c.freeGauge()
	}
	config.Name = l.name(batch)
	config.Daemon = &l.Daemon
	config.Stderr = &c.stderr
	config.Receive = c.receive
	c.limits = config.Limits
	c.process = process.New(config)
	c.mu.Lock() // receive waits, so that Started is the first event
	defer c.mu.Unlock()
	if err := c.process.Start(); err != nil {
		c.freeGauge()
		return nil, err
	}
	c.pid, _ = c.process.PID()
	l.count(batch)
	emit(event.Event{
		Kind: event.Started, Name: config.Name, PID: c.pid, PPID: os.Getpid(),
		File: batch.Items[0], Items: len(batch.Items), Duration: time.Since(c.started).Seconds(),
	})
	return c, nil
}

func (l *Local) name(batch plan.Batch) string {
	if batch.Folders {
		return fmt.Sprintf("folders-%d", l.folders+1)
	}
	return fmt.Sprintf("%s-%d", l.Name, l.files+1)
}

func (l *Local) count(batch plan.Batch) {
	if batch.Folders {
		l.folders++
	} else {
		l.files++
	}
}

// localChild is a running child process. Each item of its batch gets one event that settles
// it: from the child, or a failure with the child's end as the reason.
//
//	process.Start ─▶ Started ─▶ the child's events (receive) ─▶ the pipe ends ─▶ settle: Exited, undone items, over
//
// Only settle waits for the process in a goroutine. It starts when the child has closed its
// pipe, so it hardly ever waits for longer than a moment.
type localChild struct {
	process *process.Process
	limits  process.Limits
	pid     int
	batch   plan.Batch
	emit    event.Sink
	over    func()

	together func(func()) // of Local

	started time.Time
	stderr  lastWords
	board   *gauge.Board
	gauge   *gauge.Gauge // nil when events report the progress
	shown   uint64       // the gauge's count of signs at the last Progress event

	mu     sync.Mutex // held by Start, then by receive
	events event.Pieces
	silent time.Time // when the child closed its pipe
	bytes  int64     // of the files copied or verified

	// undone holds the items without a settling event, in order. The names are kept here
	// because an event may be lost, and then the child's end must fail exactly that item.
	undone []string

	sleep  machine.Sleep // at the time of Abandon
	noRoom bool

	stillborn bool
}

// NoRoom implements Child.
func (c *localChild) NoRoom() bool { return c.noRoom }

// Stillborn implements Child.
func (c *localChild) Stillborn() bool { return c.stillborn }

// Sleep implements Child.
func (c *localChild) Sleep() machine.Sleep { return process.Inspect(c.process, machine.SleepOf) }

// Turns implements Child.
func (c *localChild) Turns(quick bool) machine.Turns {
	if quick {
		return process.Inspect(c.process, machine.GlanceOf)
	}
	return process.Inspect(c.process, machine.TurnsOf)
}

// An error of these two means that the child has ended. Its pipe tells that anyway.
func (c *localChild) Terminate() { _ = c.process.Terminate() }
func (c *localChild) Kill()      { _ = c.process.Kill() }

func (c *localChild) Abandon() {
	c.sleep = process.Inspect(c.process, machine.SleepOf)
	_ = c.process.Abandon()
}

func (c *localChild) freeGauge() {
	c.board.Free(c.gauge)
	c.gauge = nil
}

// Gauge implements Child.
func (c *localChild) Gauge() *gauge.Gauge { return c.gauge }

// Signs implements Child.
func (c *localChild) Signs() uint64 { return c.gauge.Signs() }

// HasEnded implements Child. Nobody reads the output of such a child, so over comes at once.
func (c *localChild) HasEnded() bool { return false }

// Look implements Child. It emits no progress of an item that has settled, nor of one whose
// predecessors have not: the child must be at the first undone item.
func (c *localChild) Look(again bool) bool {
	s, signs, ok := c.gauge.Read()
	if !ok || signs == c.shown && !again {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	present := len(c.batch.Items) - len(c.undone)
	if s.Phase == gauge.Idle || s.Item != present || len(c.undone) == 0 || !c.silent.IsZero() {
		return false
	}
	c.shown = signs
	c.emit(event.Event{
		Kind: event.Progress, Name: c.process.Name(), PID: c.pid, File: c.undone[0],
		Bytes: s.Done, Size: s.Size, Phase: phaseOf(s.Phase),
	})
	return true
}

// phaseOf returns the events' word for a phase.
func phaseOf(p gauge.Phase) string {
	switch p {
	case gauge.Syncing:
		return event.Syncing
	case gauge.Verifying:
		return event.Verifying
	case gauge.Waiting:
		return event.Waiting
	}
	return ""
}

// receive emits the child's events, with its name and PID. An empty piece means that the
// child has closed its pipe.
func (c *localChild) receive(piece []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(piece) == 0 {
		c.silent = time.Now()
		go c.settle()
		return
	}
	read := func() { c.events.Read(piece, c.take) }
	if c.together == nil {
		read()
		return
	}
	c.together(read)
}

func (c *localChild) take(e event.Event, err error) {
	if err != nil {
		return // some other process wrote to the pipe; settle finds the items whose events are lost
	}
	e.Name, e.PID = c.process.Name(), c.pid
	if e.Kind == event.Copied || e.Kind == event.Verified {
		c.bytes += e.Bytes
	}
	if e.Settles() || e.Kind == event.Failed {
		c.settleItem(e.File)
	}
	c.emit(e)
}

// settleItem removes an item from undone, nearly always the first one. The array is shared
// with the batch, so nothing moves in it.
func (c *localChild) settleItem(item string) {
	switch i := slices.Index(c.undone, item); i {
	case -1:
	case 0:
		c.undone = c.undone[1:]
	default:
		c.undone = slices.Concat(c.undone[:i], c.undone[i+1:])
	}
}

// settle emits the child's end, and a failure for each undone item: first for its present one.
func (c *localChild) settle() {
	at := c.present()
	why, killed := c.exited()
	if i := slices.Index(c.undone, at); i > 0 {
		c.undone = slices.Concat([]string{at}, c.undone[:i], c.undone[i+1:])
	}
	for _, item := range c.undone {
		c.emit(event.Event{
			Kind: event.Failed, Name: c.process.Name(), PID: c.pid, File: item, Error: why, Transient: killed,
		})
	}
	_ = c.process.Close()
	c.over()
}

// present returns the item that the ended child was working on, "" if that is not known. A child holds events for a
// moment, so the outcomes of the items before it may be lost. The gauge is right all the same.
func (c *localChild) present() string {
	s, _, ok := c.gauge.Read()
	if s.Phase == gauge.Idle {
		s.Item++ // it is done with that one
	}
	if !ok || s.Item >= len(c.batch.Items) {
		return ""
	}
	return c.batch.Items[s.Item]
}

// exited joins the child and emits its end. It returns the reason in words, and whether
// somebody killed the child.
func (c *localChild) exited() (why string, killed bool) {
	e := event.Event{
		Kind: event.Exited, Name: c.process.Name(), PID: c.pid, File: c.batch.Items[0], Bytes: c.bytes,
	}
	err := c.process.Join()
	e.Duration, e.Zombie = time.Since(c.started).Seconds(), time.Since(c.silent).Seconds()
	if err != nil {
		e.Error, e.State, e.WChan = err.Error(), c.sleep.State, c.sleep.Channel
		c.emit(e)
		return e.Error, false
	}
	c.board.Free(c.gauge) // an abandoned child, above, keeps its slot
	exit, _ := c.process.Exit()
	e.ExitCode, e.Signal = &exit.Code, exit.Signal
	e.User, e.System, e.MaxRSS = exit.User.Seconds(), exit.System.Seconds(), exit.MaxRSS
	e.Stderr = c.stderr.String()
	c.noRoom, c.stillborn = process.OutOfThreads(exit, e.Stderr), exit.Stillborn
	c.emit(e)
	killed = exit.Signal == "SIGKILL" || exit.Signal == "SIGTERM"
	return inWords(e.Name, exit, c.limits, e.Stderr), killed && c.limits.Reached(exit, e.Stderr) == ""
}
