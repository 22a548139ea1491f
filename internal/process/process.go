package process

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Errors of a call that does not fit the state of the process; the texts are Python's.
var (
	ErrNotStarted    = errors.New("process not started")
	ErrJoinUnstarted = errors.New("can only join a started process")
	ErrStartedTwice  = errors.New("cannot start a process twice")
	ErrStarted       = errors.New("process has already started")
	ErrRunning       = errors.New("process is still running")
	ErrCloseRunning  = errors.New("cannot close a process while it is still running: you should first call Join or Terminate")
	ErrClosed        = errors.New("process object is closed")
	ErrDaemonParent  = errors.New("daemonic processes are not allowed to have children")
	ErrNoMain        = errors.New("the program has not called process.Main, so it would run again instead of the target")
	ErrAbandoned     = errors.New("process was abandoned: it did not end when it was killed")
)

// Config says what a new process is to be. The zero value is a process without a
// target, which ends at once with exit code 0.
type Config struct {
	Target string            // a name that the child's Lookup knows; "" for none
	Name   string            // "" for Process-N, in a child Process-N:M
	Args   []string          // the target's positional arguments, any bytes but NUL
	Kwargs map[string]string // the target's named arguments; a name is not empty and has no '=' in it
	Daemon *bool             // nil: as the current process is

	// Stdout and Stderr are where the child's output goes; nil is the parent's own,
	// as in Python. Anything but an *os.File is fed through a pipe by a goroutine,
	// but for a Stderr that is NonBlocking.
	Stdout, Stderr io.Writer

	Limits Limits

	// Events asks for a pipe from the child's Work.Events to the parent's Process.Events.
	Events bool

	// Receive asks for that pipe as well, and is called with what comes through it, by
	// one goroutine at a time: a piece is valid until Receive returns. The last one is
	// empty, once the child, and whoever inherited the pipe from it, has closed it, or
	// the process was abandoned. The first may come before Start has returned.
	//
	// On Linux a child costs no goroutine for that: one calls all that there are. As
	// long as it is held up the events of other children wait, and their ends do not.
	Receive func(piece []byte)

	// Shared is a file that the child inherits as Work.Shared; nil for none. It stays the caller's.
	Shared *os.File

	// Files are further ones, which the child inherits as Work.Files.
	Files []*os.File
}

// NonBlocking is a writer that keeps what it gets in memory: Write returns at once,
// and needs none of this package's methods for that. On Linux a child whose Stderr is
// one, and whose Stdout is nil, costs no goroutine: all of them are read by one.
// Write is called by one goroutine at a time, and no more once a Join has returned nil.
type NonBlocking interface {
	io.Writer
	NonBlocking()
}

// Process is one child of the current process. Its methods may be called from
// several goroutines at once.
type Process struct {
	config   *Config // nil once started: the child has it. Name and Daemon are kept below
	name     string
	identity string // "3", and in its children "3:1"
	parent   int

	mu        sync.Mutex
	daemon    bool
	closed    bool
	pid       int         // 0 until started
	process   *os.Process // nil until started
	cmd       *exec.Cmd   // nil when nothing of it is needed any more to reap the child
	stderr    *capture    // nil unless the watcher reads it
	received  *capture    // nil unless the receiver reads it, for Config.Receive
	events    *os.File    // nil unless asked for, and where nobody else reads them
	ended     chan struct{}
	abandoned chan struct{}
	cgroup    *cgroup // nil unless it lives in one of its own
	numbered  bool    // pid is the child's and nobody else's: from the start until just before it is reaped

	reapOnce sync.Once
	exit     Exit // valid once that is done
}

// New makes a process that is not started yet. It takes the next number of the
// current process, also when the name is given, as in Python. A target that
// cannot run is accepted; it fails in the child.
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

func defaultName(identity string) string { return "Process-" + identity }

func childIdentity(parent string, n int) string {
	if parent == "" {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s:%d", parent, n)
}

// identityIn is the identity in a default name; "" in any other.
func identityIn(name string) string {
	identity, ok := strings.CutPrefix(name, defaultName(""))
	if !ok || strings.Trim(identity, "0123456789:") != "" {
		return ""
	}
	return identity
}

// Name is the process's name.
func (p *Process) Name() string { return p.name }

// Daemon tells whether the process ends with its parent.
func (p *Process) Daemon() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.daemon
}

// SetDaemon changes Daemon; ErrStarted once the process was started.
func (p *Process) SetDaemon(daemon bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.process != nil {
		return ErrStarted
	}
	p.daemon = daemon
	return nil
}

// PID is the child's process ID; ErrNotStarted before Start.
func (p *Process) PID() (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.usable(); err != nil {
		return 0, err
	}
	return p.pid, nil
}

// Events is the parent's end of the pipe that Config.Events asked for: what the
// child writes to Work.Events, then end of file once the child, and whoever
// inherited the pipe from it, has ended. The caller reads it; Close closes it.
// It is nil when it was not asked for, and before Start.
func (p *Process) Events() *os.File {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.events
}

// usable says why a method that needs a started process cannot go on. The caller holds mu.
func (p *Process) usable() error {
	switch {
	case p.closed:
		return ErrClosed
	case p.process == nil:
		return ErrNotStarted
	}
	return nil
}

// Start runs the target in a new process. It returns when the new process runs
// this binary (after the exec, so its process group exists). Ended children of the
// current process are reaped on the way, as in Python.
//
// An argument list that the system cannot pass is an error before anything
// is started. Where the system has no room for one more process, the error
// wraps syscall.EAGAIN, ENOMEM, EMFILE or ENFILE ([Exhausted]).
func (p *Process) Start() error {
	reapEnded()
	self.starting.RLock()
	defer self.starting.RUnlock()
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.startable(); err != nil {
		return err
	}
	err := p.spawn()
	if errors.Is(err, errCgroup) {
		err = p.spawn()
	}
	if err != nil {
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
	case p.process != nil:
		return ErrStartedTwice
	case self.daemon:
		return ErrDaemonParent
	}
	return nil
}

// Exhausted tells whether err says that the system has no room for another
// process or descriptor just now: a later try may succeed.
func Exhausted(err error) bool {
	return errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.ENOMEM) ||
		errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
}

// Terminate asks the child to end (SIGTERM; on Windows it is Kill) and returns at
// once; after the end it does nothing. A stopped child does not end until it goes on.
func (p *Process) Terminate() error { return p.signal(terminateSignal) }

// Kill ends the child (SIGKILL), stopped or not, and returns at once; after the end it does nothing.
func (p *Process) Kill() error { return p.signal(os.Kill) }

// Signal sends any signal to the child alone, as Python's os.kill(p.pid, sig); after the end it does nothing.
func (p *Process) Signal(sig os.Signal) error { return p.signal(sig) }

func (p *Process) signal(sig os.Signal) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.usable(); err != nil {
		return err
	}
	sent := time.Now()
	// os.Process goes by pidfd, so a PID that was given to a stranger is no danger.
	if err := p.process.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("send %v to %s: %w", sig, p.name, err)
	}
	p.changed(Change{Time: sent, What: Signalled, Signal: nameOf(sig)})
	return nil
}

// Close releases what the parent holds for the process: its descriptors and its
// exit status. Closing twice is fine; a running process is ErrCloseRunning,
// unless it was abandoned.
func (p *Process) Close() error {
	if p.running() && !p.isAbandoned() {
		return ErrCloseRunning
	}
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	return p.closeEvents()
}

// closeEvents ends the reading of them. It is not under mu: Config.Receive may ask for the process.
func (p *Process) closeEvents() error {
	p.mu.Lock()
	events := p.events
	p.events = nil
	p.mu.Unlock()
	p.received.close()
	if events == nil {
		return nil
	}
	return events.Close()
}
