package schedule

import (
	"fmt"
	"os"
	"strings"
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
	// Config is the process for a batch, which shows how far it is in that slot (0: nowhere) of the memory
	// that it shares, if it shares that; Local adds what the model needs of it.
	Config func(batch plan.Batch, slot int) process.Config

	// Board has the slots; nil where no memory can be shared.
	Board *gauge.Board

	// Name is what children of files are called: NAME-1, NAME-2 … in the order of
	// their start; those of folders and links are folders-1 …
	Name   string
	Daemon bool

	files, folders int
}

// Start is Engine's.
func (l *Local) Start(batch plan.Batch, emit event.Sink, over func()) (Child, error) {
	c := &localChild{batch: batch, emit: emit, over: over, started: time.Now(), board: l.Board, gauge: l.Board.Take()}
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
	c.mu.Lock() // so that its start is told before all else
	defer c.mu.Unlock()
	if err := c.process.Start(); err != nil {
		c.freeGauge()
		return nil, err
	}
	c.pid, _ = c.process.PID()
	l.count(batch)
	emit(event.Event{Kind: event.Started, Name: config.Name, PID: c.pid, PPID: os.Getpid(), File: batch.Items[0], Files: len(batch.Items),
		Duration: time.Since(c.started).Seconds()})
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

// localChild is a child process under way. Each name of its batch gets one event that
// settles it: from the child, or, when the child ended before, a failure with the
// child's end as the reason.
//
//	process.Start ─▶ Started ─▶ what it tells (receive) ─▶ end of that ─▶ settle: Exited, names left, over
//
// Nobody waits for it in a goroutine but settle, which does so once the child has
// closed its pipe: that is, hardly ever for longer than a moment.
type localChild struct {
	process *process.Process
	limits  process.Limits
	pid     int
	batch   plan.Batch
	emit    event.Sink
	over    func()
	started time.Time
	stderr  lastWords
	board   *gauge.Board
	gauge   *gauge.Gauge // nil when it tells its progress by events
	shown   uint64       // the signs that Look has emitted

	mu      sync.Mutex // held by Start, then by receive
	events  event.Pieces
	silent  time.Time       // when it had closed its pipe
	settled map[string]bool // the names that are; nil as long as there is none
	bytes   int64

	sleep  machine.Sleep // when it was abandoned
	noRoom bool
}

// NoRoom is Child's.
func (c *localChild) NoRoom() bool { return c.noRoom }

// Sleep is Child's.
func (c *localChild) Sleep() machine.Sleep { return process.Inspect(c.process, machine.SleepOf) }

// Turns is Child's.
func (c *localChild) Turns(quick bool) machine.Turns {
	if quick {
		return process.Inspect(c.process, machine.GlanceOf)
	}
	return process.Inspect(c.process, machine.TurnsOf)
}

// Errors of these mean that the child has ended, which is seen anyway.
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

// Gauge is Child's.
func (c *localChild) Gauge() *gauge.Gauge { return c.gauge }

// Look is Child's. Progress of a file after its end would be wrong: so the child
// must be at the first one that has none.
func (c *localChild) Look(again bool) bool {
	s, signs, ok := c.gauge.Read()
	if !ok || signs == c.shown && !again {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if s.Phase == gauge.Idle || s.Item != len(c.settled) || s.Item >= len(c.batch.Items) || !c.silent.IsZero() {
		return false
	}
	c.shown = signs
	c.emit(event.Event{Kind: event.Progress, Name: c.process.Name(), PID: c.pid, File: c.batch.Items[s.Item],
		Bytes: s.Done, Size: s.Size, Phase: phaseOf(s.Phase)})
	return true
}

// phaseOf is a phase as events have it.
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

// receive emits the child's events, with its name and PID, until the child has closed the pipe.
func (c *localChild) receive(piece []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(piece) == 0 {
		c.silent = time.Now()
		go c.settle()
		return
	}
	c.events.Read(piece, c.take)
}

func (c *localChild) take(e event.Event, err error) {
	if err != nil {
		return // from whoever wrote to a descriptor that is not his; what is missing is found at the end
	}
	e.Name, e.PID = c.process.Name(), c.pid
	if e.Kind == event.Copied || e.Kind == event.Verified {
		c.bytes += e.Bytes
	}
	if e.Settles() || e.Kind == event.Failed {
		c.settleName(e.File)
	}
	c.emit(e)
}

func (c *localChild) settleName(name string) {
	if c.settled == nil {
		c.settled = make(map[string]bool, len(c.batch.Items))
	}
	c.settled[name] = true
}

// settle emits the child's end, and that of the names that it has said nothing of.
func (c *localChild) settle() {
	why, killed := c.exited()
	for _, name := range c.batch.Items {
		if !c.settled[name] {
			c.emit(event.Event{Kind: event.Failed, Name: c.process.Name(), PID: c.pid, File: name, Error: why, Transient: killed})
		}
	}
	_ = c.process.Close()
	c.over()
}

// exited joins the child, emits its end, and says in words what that was, and whether
// somebody has killed it.
func (c *localChild) exited() (why string, killed bool) {
	e := event.Event{Kind: event.Exited, Name: c.process.Name(), PID: c.pid, File: c.batch.Items[0],
		Bytes: c.bytes}
	err := c.process.Join()
	e.Duration, e.Zombie = time.Since(c.started).Seconds(), time.Since(c.silent).Seconds()
	if err != nil {
		e.Error, e.State, e.WChan = err.Error(), c.sleep.State, c.sleep.Channel
		c.emit(e)
		return e.Error, false
	}
	c.board.Free(c.gauge) // that of one which is abandoned stays its own
	exit, _ := c.process.Exit()
	e.ExitCode, e.Signal = &exit.Code, exit.Signal
	e.User, e.System, e.MaxRSS = exit.User.Seconds(), exit.System.Seconds(), exit.MaxRSS
	e.Stderr = c.stderr.String()
	c.noRoom = process.OutOfThreads(exit, e.Stderr)
	c.emit(e)
	killed = exit.Signal == "SIGKILL" || exit.Signal == "SIGTERM"
	return inWords(e.Name, exit, c.limits, e.Stderr), killed && c.limits.Reached(exit, e.Stderr) == ""
}

func inWords(name string, exit process.Exit, limits process.Limits, stderr string) string {
	if limit := limits.Reached(exit, stderr); limit != "" {
		return "its process was ended by its " + limit
	}
	why := fmt.Sprintf("its process ended with exit code %d", exit.Code)
	if exit.Signal != "" {
		why = "its process was ended by " + exit.Signal
	}
	// The first line says what was wrong; a trace may follow.
	line, _, _ := strings.Cut(strings.TrimPrefix(stderr, "Process "+name+":\n"), "\n")
	if line = strings.TrimSpace(line); line != "" {
		why += ": " + line
	}
	return why
}
