package process

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// outputDelay is how long an ended child's captured output may be held open by a
// grandchild before it is cut off (golang/go#23019).
const outputDelay = time.Second

// spawn starts the child. The caller holds mu.
func (p *Process) spawn() error {
	if err := p.config.Limits.Validate(); err != nil {
		return err
	}
	t, err := self.ties(p.daemon, p.config.Limits.priority())
	if err != nil {
		return err
	}
	cmd := &exec.Cmd{
		Path:        executable(),
		Stdout:      output(p.config.Stdout, os.Stdout),
		Stderr:      output(p.config.Stderr, os.Stderr),
		SysProcAttr: ownGroup(),
		WaitDelay:   outputDelay,
	}
	own := p.ownFlags()
	own.lifeline = pass(cmd, t.lifeline.read)
	if p.daemon {
		own.guardian = pass(cmd, t.guardian.file)
	}
	if p.config.Shared != nil {
		own.shared = pass(cmd, p.config.Shared)
	}
	if p.config.Events {
		r, w, err := os.Pipe()
		if err != nil {
			return fmt.Errorf("pipe for events: %w", err)
		}
		defer w.Close()
		defer func() { p.keepEvents(r) }()
		own.events = pass(cmd, w)
	}
	if cmd.Args, err = commandLine(*p.config, own); err != nil {
		return err
	}
	stderr, w, err := newCapture(t.watcher, *p.config)
	if err != nil {
		return err
	}
	if stderr == nil {
		return p.start(cmd, t)
	}
	defer w.Close()
	defer func() { p.keepStderr(stderr) }()
	cmd.Stderr = w
	return p.start(cmd, t)
}

func (p *Process) ownFlags() ownFlags {
	own := ownFlags{name: p.name, parent: p.parent, parentName: self.name, daemon: p.daemon,
		memory: p.config.Limits.Memory, cpuTime: p.config.Limits.CPUTime}
	if p.name != defaultName(p.identity) && p.name != MainProcess {
		own.identity = p.identity
	}
	return own
}

// keepEvents keeps the parent's end for Events if the child was started.
func (p *Process) keepEvents(r *os.File) {
	if p.process == nil {
		r.Close()
		return
	}
	p.events = r
}

// keepStderr has what the child wrote read to its end before it is reaped; cmd has nothing to do then.
func (p *Process) keepStderr(c *capture) {
	if p.process == nil {
		c.close()
		return
	}
	p.stderr, p.cmd = c, nil
}

// start starts cmd and has its end noticed.
func (p *Process) start(cmd *exec.Cmd, t ties) error {
	start := cmd.Start
	if t.spawner != nil {
		start = func() error { return t.spawner.start(cmd, p.daemon) }
	}
	began := time.Now()
	if err := start(); err != nil {
		return err
	}
	p.cmd, p.process, p.pid, p.numbered = cmd, cmd.Process, cmd.Process.Pid, true
	self.mu.Lock()
	self.children = append(self.children, p)
	if p.daemon && self.guardian != nil && self.guardian != t.guardian {
		self.guardian.enter(p.pid) // the one that the child knows was lost meanwhile
	}
	self.mu.Unlock()
	p.changed(Change{Time: began, What: Started, Command: cmd.Args})
	cmd.Args, p.config = nil, nil // 1 KiB and more that thousands need not keep
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
	lifeline *lifeline
	watcher  *watcher
	guardian *guardian // nil but for a daemon
	spawner  *spawner  // nil but for a daemon, or one with a priority
}

// ties makes what is not there yet.
func (f *family) ties(daemon bool, prio priority) (ties, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var err error
	if f.lifeline == nil {
		if f.lifeline, err = newLifeline(); err != nil {
			return ties{}, fmt.Errorf("lifeline: %w", err)
		}
	}
	if f.suspension == nil {
		f.suspension = passSuspension()
	}
	if f.watcher == nil {
		if f.watcher, err = newWatcher(); err != nil {
			return ties{}, err
		}
	}
	if daemon && f.guardian == nil {
		if f.guardian, err = newGuardian(f.watcher, f.children, f.lostGuardian); err != nil {
			return ties{}, fmt.Errorf("guardian: %w", err)
		}
	}
	t := ties{lifeline: f.lifeline, watcher: f.watcher, guardian: f.guardian}
	if daemon || prio != (priority{}) {
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

// lostGuardian replaces a guardian that somebody has killed.
func (f *family) lostGuardian(lost *guardian) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.guardian != lost {
		return // it was dismissed
	}
	f.guardian = nil
	if lost.bury() {
		f.guardian, _ = newGuardian(f.watcher, f.children, f.lostGuardian) // else the next daemon's start tries again
	}
}

// leaveGuardian is called before p is reaped. No later guardian is told of p either.
func (f *family) leaveGuardian(p *Process) {
	f.mu.Lock()
	defer f.mu.Unlock()
	p.left = true
	f.guardian.leave(p.pid)
}

func output(asked io.Writer, own *os.File) io.Writer {
	if asked != nil {
		return asked
	}
	return own
}
