package process

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"syscall"
	"time"
)

// Errors of a call that does not fit the state of the process. The texts are Python's.
var (
	ErrNotStarted    = errors.New("process not started")
	ErrJoinUnstarted = errors.New("can only join a started process")
	ErrStartedTwice  = errors.New("cannot start a process twice")
	ErrStarted       = errors.New("process has already started")
	ErrRunning       = errors.New("process is still running")
	ErrClosed        = errors.New("process object is closed")
	ErrDaemonParent  = errors.New("daemonic processes are not allowed to have children")
	ErrAbandoned     = errors.New("process was abandoned: it did not end when it was killed")

	ErrCloseRunning = errors.New("cannot close a process while it is still running: " +
		"you should first call Join or Terminate")
	ErrNoMain = errors.New("the program has not called process.Main, " +
		"so it would run again instead of the target")
)

// Process is one child of the current process. Several goroutines may call its methods at once.
//
// It is the model alone: new, started, ended, closed or abandoned. The system's side is in its popen.
type Process struct {
	config   *Config // nil once started, when the child has it; name and daemon are kept below
	name     string
	identity string // "3", and in its children "3:1"
	parent   int    // the PID of the current process

	mu        sync.Mutex
	daemon    bool
	closed    bool
	pid       int           // 0 until started
	ended     chan struct{} // the sentinel; closed when the child has ended
	abandoned chan struct{} // closed by Abandon

	reapOnce sync.Once
	exit     Exit // valid once reapOnce is done

	popen popen
}

// New makes a process that is not started yet. It takes the next number of the current process, also when c
// has a name, as in Python. New accepts a target that cannot run; the child reports it.
func New(c Config) *Process {
	self.mu.Lock()
	defer self.mu.Unlock()
	self.count++
	p := &Process{
		config:    &c,
		name:      c.Name,
		identity:  childIdentity(self.identity, self.count),
		parent:    self.pid,
		daemon:    self.daemon,
		ended:     make(chan struct{}),
		abandoned: make(chan struct{}),
	}
	if p.name == "" {
		p.name = defaultName(p.identity)
	}
	if c.Daemon != nil {
		p.daemon = *c.Daemon
	}
	return p
}

// Name returns the process's name.
func (p *Process) Name() string { return p.name }

// Daemon tells whether the process ends with its parent.
func (p *Process) Daemon() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.daemon
}

// SetDaemon changes Daemon. After Start it is ErrStarted.
func (p *Process) SetDaemon(daemon bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.started() {
		return ErrStarted
	}
	p.daemon = daemon
	return nil
}

// PID returns the child's process ID. Before Start it is ErrNotStarted.
func (p *Process) PID() (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.usable(); err != nil {
		return 0, err
	}
	return p.pid, nil
}

// Events returns the parent's end of the pipe that Config.Events asked for; nil without it, and before Start.
// The caller reads what the child writes to Work.Events. End of file comes when the child, and every process
// that inherited the pipe from it, has ended. Close closes this end.
func (p *Process) Events() *os.File { return p.popen.parentEnd() }

// started tells whether Start has succeeded. The caller holds mu.
func (p *Process) started() bool { return p.pid != 0 }

// usable returns an error unless the process is started and not closed. The caller holds mu.
func (p *Process) usable() error {
	switch {
	case p.closed:
		return ErrClosed
	case !p.started():
		return ErrNotStarted
	}
	return nil
}

// Start runs the target in a new process. It returns when the new process runs this binary, or the program of a
// Command (after the exec, so its process group exists). It first reaps the children that have ended, as Python does.
//
// Arguments that the system cannot pass are an error before anything is started. If the system has no room for
// one more process, the error wraps syscall.EAGAIN, ENOMEM, EMFILE or ENFILE ([Exhausted]).
func (p *Process) Start() error {
	reapEnded()
	self.starting.RLock()
	defer self.starting.RUnlock()
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.startable(); err != nil {
		return err
	}
	if err := p.spawn(); err != nil {
		return fmt.Errorf("start %s: %w", p.name, err)
	}
	return nil
}

func (p *Process) startable() error {
	switch {
	case !self.entered.Load():
		return ErrNoMain
	case p.closed:
		return ErrClosed
	case p.started():
		return ErrStartedTwice
	case self.daemon:
		return ErrDaemonParent
	}
	return nil
}

// spawn starts the child and has its end noticed. The caller holds mu.
func (p *Process) spawn() error {
	if err := errors.Join(p.config.Limits.Validate(), p.config.validate()); err != nil {
		return err
	}
	t, spawner, err := self.tie(p.daemon, p.config.Receive != nil, p.config.Limits)
	if err != nil {
		return err
	}
	began, argv, err := p.popen.start(p.config, p.ownFlags(), t, spawner)
	if err != nil {
		return err
	}
	p.pid = p.popen.process.Pid
	self.add(p)
	p.changed(Change{Time: began, What: Started, Command: argv})
	p.config = nil
	p.popen.watch(t.watcher, p.end)
	return nil
}

// end is called once, when the child has ended. It does not reap it.
func (p *Process) end() {
	p.changed(Change{What: Ended})
	self.mu.Lock()
	self.ended = append(self.ended, p)
	self.mu.Unlock()
	close(p.ended)
}

// Exhausted tells whether err means that the system has no room for another process or descriptor just now. A
// later try may succeed.
func Exhausted(err error) bool {
	return errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.ENOMEM) ||
		errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
}

// Terminate asks the child to end (SIGTERM; on Windows it is Kill) and returns at once. A stopped child does
// not end until it goes on. After the end Terminate does nothing.
func (p *Process) Terminate() error { return p.signal(terminateSignal) }

// Kill ends the child (SIGKILL), stopped or not, and returns at once. After the end it does nothing.
func (p *Process) Kill() error { return p.signal(os.Kill) }

// Signal sends any signal to the child alone, as Python's os.kill(p.pid, sig). After the end it does nothing.
func (p *Process) Signal(sig os.Signal) error { return p.signal(sig) }

func (p *Process) signal(sig os.Signal) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.usable(); err != nil {
		return err
	}
	sent := time.Now()
	if err := p.popen.send(sig); err != nil {
		return fmt.Errorf("send %v to %s: %w", sig, p.name, err)
	}
	p.changed(Change{Time: sent, What: Signalled, Signal: nameOf(sig)})
	return nil
}

// Close releases what the parent holds for the process: its descriptors and its exit status. A second Close
// does nothing. For a process that runs it is ErrCloseRunning, unless the process was abandoned.
func (p *Process) Close() error {
	if p.running() && !p.isAbandoned() {
		return ErrCloseRunning
	}
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	return p.popen.hangUp()
}
