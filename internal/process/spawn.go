package process

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// outputDelay is how long an ended child's captured output may be held open by a
// grandchild before it is cut off (golang/go#23019).
const outputDelay = time.Second

// errCgroup is the error of a start that may be tried again without a group: of a
// kernel before 5.7, or a container's filter that knows no clone3.
var errCgroup = errors.New("in a control group of its own")

// spawn starts the child. The caller holds mu.
func (p *Process) spawn() error {
	if err := p.config.Limits.Validate(); err != nil {
		return err
	}
	t, err := self.ties(p.daemon, p.config.Receive != nil, p.config.Limits)
	if err != nil {
		return err
	}
	cmd := &exec.Cmd{
		Path:        executable(),
		Stdout:      output(p.config.Stdout, os.Stdout),
		Stderr:      output(p.config.Stderr, os.Stderr),
		SysProcAttr: ownGroup(),
		WaitDelay:   outputDelay,
		Env:         environment(),
	}
	own := p.ownFlags()
	own.lifeline = pass(cmd, t.lifeline.read)
	if p.daemon {
		own.guardian = pass(cmd, t.guardians.file)
	}
	if p.config.Shared != nil {
		own.shared = pass(cmd, p.config.Shared)
	}
	for _, f := range p.config.Files {
		own.files = append(own.files, pass(cmd, f))
	}
	var events, stderr *os.File // the child's ends
	defer func() {
		p.dropPipes()  // first, or their end would be read
		events.Close() // of nil an error, nobody's
		stderr.Close()
	}()
	if events, err = p.openEvents(t.receiver); err != nil {
		return fmt.Errorf("events: %w", err)
	}
	if events != nil {
		own.events = pass(cmd, events)
	}
	if cmd.Args, err = commandLine(*p.config, own, cmd.Env); err != nil {
		return err
	}
	if stderr, err = p.openStderr(t.watcher); err != nil {
		return fmt.Errorf("standard error: %w", err)
	}
	if stderr != nil {
		cmd.Stderr = stderr
	}
	return p.start(cmd, t)
}

// environment is this process's own, with one CPU for the child's Go: a child does one
// thing at a time. The runtime makes fewer threads then, and lets fewer of them look
// for work that is not there: 7 % of the CPU time of a child with a small file.
//
// That is for the child alone, and not for what it starts: ownCPUs takes it out again. It knows it by the
// spelling, which the runtime reads as 1.
func environment() []string {
	if _, asked := os.LookupEnv(cpusKey); asked {
		return os.Environ() // of whoever has started this one
	}
	return append(os.Environ(), cpusKey+"="+oneCPU)
}

const (
	cpusKey = "GOMAXPROCS"
	oneCPU  = "01"
)

// ownCPUs has the programs that this child starts choose for themselves.
func ownCPUs() {
	if os.Getenv(cpusKey) == oneCPU {
		_ = os.Unsetenv(cpusKey) // of that name it does not fail
	}
}

func (p *Process) ownFlags() ownFlags {
	own := ownFlags{name: p.name, parent: p.parent, parentName: self.name, daemon: p.daemon,
		memory: p.config.Limits.Memory, cpuTime: p.config.Limits.CPUTime}
	if p.name != defaultName(p.identity) && p.name != MainProcess {
		own.identity = p.identity
	}
	return own
}

// openEvents makes the pipe for events, if one is asked for, and returns the child's end.
func (p *Process) openEvents(receiver *watcher) (w *os.File, err error) {
	if receive := p.config.Receive; receive != nil {
		if p.received, w, err = newCapture(receiver, receive); p.received != nil || err != nil {
			return w, err
		}
	} else if !p.config.Events {
		return nil, nil
	}
	p.events, w, err = os.Pipe()
	return w, err
}

// openStderr makes the pipe for a standard error that the watcher reads, if it does,
// and returns the child's end. Else os/exec has a goroutine to read.
func (p *Process) openStderr(w *watcher) (end *os.File, err error) {
	to, ok := p.config.Stderr.(NonBlocking)
	if !ok || p.config.Stdout != nil { // which may be the same writer: os/exec has one pipe for both then
		return nil, nil
	}
	p.stderr, end, err = newCapture(w, func(piece []byte) { _, _ = to.Write(piece) })
	return end, err
}

// dropPipes closes the parent's ends if the child was not started.
func (p *Process) dropPipes() {
	if p.process != nil {
		return
	}
	p.stderr.drop()
	p.received.drop()
	if p.events != nil {
		p.events.Close()
	}
	p.stderr, p.received, p.events = nil, nil, nil
}

// receive reads the events where it takes a goroutine.
func receive(events *os.File, to func([]byte)) {
	buffer := make([]byte, 4<<10)
	for {
		n, err := events.Read(buffer)
		if n > 0 {
			to(buffer[:n])
		}
		if err != nil { // at the end, or Abandon has closed it
			to(nil)
			return
		}
	}
}

// start starts cmd and has its end noticed.
func (p *Process) start(cmd *exec.Cmd, t ties) error {
	start := cmd.Start
	if t.spawner != nil {
		start = func() error { return t.spawner.start(cmd, p.daemon) }
	}
	group := t.cgroups.enter(p.config.Limits.Memory, p.daemon)
	began := time.Now()
	if err := group.start(cmd, start); err != nil {
		return err
	}
	p.cgroup = group
	p.process, p.pid, p.numbered = cmd.Process, cmd.Process.Pid, true
	if p.stderr == nil {
		p.cmd = cmd // it has something to wait for
	}
	if p.config.Receive != nil && p.events != nil {
		go receive(p.events, p.config.Receive)
	}
	self.mu.Lock()
	self.children = append(self.children, p)
	self.mu.Unlock()
	p.changed(Change{Time: began, What: Started, Command: cmd.Args})
	cmd.Args, cmd.Env, p.config = nil, nil, nil // 1 KiB and more that thousands need not keep
	t.watcher.watch(cmd, func() {
		p.changed(Change{What: Ended})
		self.mu.Lock()
		self.ended = append(self.ended, p)
		self.mu.Unlock()
		close(p.ended)
	})
	return nil
}

// ties are what ties a child's life to this process's.
type ties struct {
	lifeline  *lifeline
	watcher   *watcher   // of the children's ends, and of what they say last
	receiver  *watcher   // of their events; nil before the first request for them
	guardians *guardians // nil but for a daemon
	spawner   *spawner   // nil but for a daemon, or one with a priority
	cgroups   *cgroups   // nil until one is a daemon, or has a limit of memory
}

// ties makes what is not there yet.
func (f *family) ties(daemon, receives bool, limits Limits) (ties, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var err error
	if f.lifeline == nil {
		if f.lifeline, err = newLifeline(); err != nil {
			return ties{}, fmt.Errorf("lifeline: %w", err)
		}
	}
	if f.cgroups == nil && (daemon || limits.Memory > 0) {
		f.cgroups = newCgroups(limits.Memory > 0) // before there is a guardian, as this process has to be alone
	}
	if f.suspension == nil {
		f.suspension = passSuspension()
	}
	if f.watcher == nil {
		if f.watcher, err = newWatcher(); err != nil {
			return ties{}, err
		}
	}
	if receives && f.receiver == nil {
		if f.receiver, err = newWatcher(); err != nil {
			return ties{}, err
		}
	}
	if daemon && f.guardians == nil {
		if f.guardians, err = newGuardians(f.watcher, f.lifeline, f.cgroups.forDaemons()); err != nil {
			return ties{}, fmt.Errorf("guardian: %w", err)
		}
	}
	t := ties{lifeline: f.lifeline, watcher: f.watcher, receiver: f.receiver, guardians: f.guardians, cgroups: f.cgroups}
	if prio := limits.priority(); daemon || prio != (priority{}) {
		t.spawner, err = f.spawnerFor(prio)
	}
	return t, err
}

// spawnerFor is the one of that priority. The caller holds mu.
func (f *family) spawnerFor(prio priority) (*spawner, error) {
	if s := f.spawners[prio]; s != nil {
		return s, nil
	}
	s, err := newSpawner(prio)
	if err != nil {
		return nil, err
	}
	if f.spawners == nil {
		f.spawners = map[priority]*spawner{}
	}
	f.spawners[prio] = s
	return s, nil
}

// leaveGuardian is called before p is reaped.
func (f *family) leaveGuardian(p *Process) {
	f.mu.Lock()
	guardians := f.guardians
	f.mu.Unlock()
	guardians.leave(p.pid)
}

func output(asked io.Writer, own *os.File) io.Writer {
	if asked != nil {
		return asked
	}
	return own
}
