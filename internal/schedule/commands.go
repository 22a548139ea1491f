package schedule

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"brood/internal/event"
	"brood/internal/gauge"
	"brood/internal/machine"
	"brood/internal/plan"
	"brood/internal/process"
)

// Commands starts a command for each batch. A command knows nothing of events, so the way in which it ends is the
// outcome of its item.
type Commands struct {
	// Launch prepares the command of a batch. It runs in that slot: 1, 2 … up to the number of slots, and no two
	// running commands have the same.
	Launch func(batch plan.Batch, slot int) (Launch, error)

	// Name is the prefix of the children's names: NAME-1, NAME-2 … by the numbers of the commands.
	Name   string
	Daemon bool

	mu    sync.Mutex
	taken []bool // by slot, from 0 on
}

// Launch is a command that is ready to start.
type Launch struct {
	Config process.Config // with a Command or a target; Commands sets Name and Daemon
	Argv   []string       // of the command, for people

	// Written returns how many bytes the command has written, and whether brood has not taken them all, so that the
	// command may have to wait. Nil: that is not known, and the command never makes progress.
	Written func() (bytes int64, held bool)

	// Started is called when the command runs, and has inherited what it needs.
	Started func()

	// Ended is called once, in any case. It returns why the item has failed, "" if it has not, and whether
	// another attempt may succeed.
	Ended func(End) (why string, transient bool)

	// Tail returns the last lines that the command wrote. It is called after Ended, if the item has failed. Nil:
	// they are not known.
	Tail func() (stdout, stderr string)
}

// End is how an attempt to run a command has ended.
type End struct {
	Err      error        // it did not start, or it was abandoned; nil for all others
	Exit     process.Exit // without Err
	Asked    bool         // the scheduler has asked it to end: it took too long, or the run is being ended
	Began    time.Time
	Duration time.Duration
}

// Start implements Engine.
func (c *Commands) Start(batch plan.Batch, emit event.Sink, over func()) (Child, error) {
	slot := c.take()
	launch, err := c.Launch(batch, slot)
	if err != nil {
		c.free(slot)
		return nil, err
	}
	launch.Config.Name = fmt.Sprintf("%s-%d", c.Name, batch.Seq)
	launch.Config.Daemon = &c.Daemon
	it := &command{
		Launch: launch, process: process.New(launch.Config), began: time.Now(), batch: batch, emit: emit,
		over: func() { c.free(slot); over() },
	}
	if err := it.process.Start(); err != nil {
		launch.Ended(End{Err: err, Began: it.began})
		c.free(slot)
		return nil, err
	}
	launch.Started()
	it.pid, _ = it.process.PID()
	it.sentinel, _ = it.process.Sentinel()
	emit(event.Event{
		Kind: event.Started, Name: launch.Config.Name, PID: it.pid, PPID: os.Getpid(), File: batch.Items[0],
		Items: len(batch.Inputs), Seq: batch.Seq, Command: launch.Argv, Inputs: inputs(batch),
		Duration: time.Since(it.began).Seconds(),
	})
	go it.settle()
	return it, nil
}

// inputs returns the items of a command for its Started event, nil if Items has the only value of the only item.
func inputs(batch plan.Batch) (all event.Paths) {
	if len(batch.Inputs) == 1 && len(batch.Inputs[0]) == 1 {
		return nil
	}
	for _, values := range batch.Inputs {
		all = append(all, JoinValues(values))
	}
	return all
}

// JoinValues returns an item as the field inputs of an event has it.
func JoinValues(values []string) string { return strings.Join(values, "\x00") }

// take returns the lowest free slot.
func (c *Commands) take() (slot int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.Index(c.taken, false)
	if i < 0 {
		i = len(c.taken)
		c.taken = append(c.taken, false)
	}
	c.taken[i] = true
	return i + 1
}

func (c *Commands) free(slot int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.taken[slot-1] = false
}

// command is a running command. One goroutine waits for its end.
type command struct {
	Launch
	process *process.Process
	pid     int
	began   time.Time
	batch   plan.Batch
	emit    event.Sink
	over    func()
	sleep   machine.Sleep // at the time of Abandon

	asked     atomic.Bool // to end
	stillborn bool

	sentinel <-chan struct{} // closes when the process has ended; its output may not be printed yet

	written int64 // at the last call of Signs
	signs   uint64
}

// settle emits the end of the process, and then the outcome of the item.
func (c *command) settle() {
	err := c.process.Join()
	exit, _ := c.process.Exit()
	end := End{Err: err, Exit: exit, Asked: c.asked.Load(), Began: c.began, Duration: time.Since(c.began)}
	c.stillborn = exit.Stillborn
	why, transient := c.Ended(end)
	outcome := event.Event{Kind: event.Ran, Name: c.process.Name(), PID: c.pid, File: c.batch.Items[0],
		Seq: c.batch.Seq}
	if why != "" {
		outcome.Kind, outcome.Error, outcome.Transient = event.Failed, why, transient
		if !end.Asked {
			outcome.Signal = exit.Signal
		}
	}
	exited := event.Event{
		Kind: event.Exited, Name: c.process.Name(), PID: c.pid, File: c.batch.Items[0],
		Duration: end.Duration.Seconds(),
	}
	if why != "" && c.Tail != nil {
		exited.Stdout, exited.Stderr = c.Tail()
	}
	if errors.Is(err, process.ErrAbandoned) {
		exited.Error, exited.State, exited.WChan = err.Error(), c.sleep.State, c.sleep.Channel
		outcome.Error = err.Error()
	} else {
		exited.ExitCode, exited.Signal = &exit.Code, exit.Signal
		exited.User, exited.System, exited.MaxRSS = exit.User.Seconds(), exit.System.Seconds(), exit.MaxRSS
	}
	c.emit(exited)
	c.emit(outcome) // last, so that the scheduler can say why it has ended the command
	_ = c.process.Close()
	c.over()
}

// NoRoom implements Child.
func (c *command) NoRoom() bool { return false }

// Stillborn implements Child.
func (c *command) Stillborn() bool { return c.stillborn }

// Gauge implements Child.
func (c *command) Gauge() *gauge.Gauge { return nil }

// HasEnded implements Child.
func (c *command) HasEnded() bool {
	select {
	case <-c.sentinel:
		return true
	default:
		return false
	}
}

// Signs implements Child. The progress of a command is its output. While brood has not taken that, the command makes
// progress too, so that a reader which stops reading stalls no command.
func (c *command) Signs() uint64 {
	if c.Written == nil {
		return 0
	}
	bytes, held := c.Written()
	if bytes != c.written || held {
		c.written = bytes
		c.signs++
	}
	return c.signs
}

// Look implements Child.
func (c *command) Look(bool) bool { return false }

// Sleep implements Child.
func (c *command) Sleep() machine.Sleep { return process.Inspect(c.process, machine.SleepOf) }

// Turns implements Child. The descendants count: the command may be a shell that waits for a program.
func (c *command) Turns(quick bool) machine.Turns {
	if quick {
		return process.Inspect(c.process, machine.GlanceOf)
	}
	return process.Inspect(c.process, machine.TurnsOfTree)
}

// Terminate implements Child.
func (c *command) Terminate() { c.end(c.process.Terminate) }

// Kill implements Child.
func (c *command) Kill() { c.end(c.process.Kill) }

// end sends the command a signal. A command that has ended before was not asked to.
func (c *command) end(send func() error) {
	if !c.HasEnded() {
		c.asked.Store(true)
		_ = send() // an error means that it has ended meanwhile
	}
}

func (c *command) Abandon() {
	c.sleep = process.Inspect(c.process, machine.SleepOf)
	_ = c.process.Abandon()
}
