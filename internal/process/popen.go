package process

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"
)

// popen is the system's side of one child, as Popen is in CPython.
//
//	start ──▶ watch ──▶ send, Inspect … ──▶ ended() ──▶ wait
//	                              └── hangUp, by Close or Abandon
//
// Every system keeps these promises:
//
//   - start returns when the child runs this binary, in a process group of its own. After an error no process
//     and no descriptor is left.
//   - watch has ended called once, when the child has ended. Until wait the child is a zombie, unless
//     ReapsAtOnce.
//   - wait returns how the child ended. It is the only one to reap a child, or the watcher is, where ReapsAtOnce.
//   - No signal reaches a stranger that got the PID of a reaped child.
//
// The systems differ behind these types. Each has a file for each kind of system:
//
//	              Linux                                   elsewhere
//	watcher       one goroutine for all children          one goroutine and one thread for each child
//	capture       the watcher's goroutine reads a pipe    none: a goroutine for each pipe
//	spawner       a thread that starts children           the caller's thread
//	guardians     two processes                           likewise; on Windows a Job Object
//	cgroup        memory limited, descendants ended       none
//	peak          the child tells its peak of memory      the kernel tells it
type popen struct {
	process  *os.Process // nil until started
	cmd      *exec.Cmd   // nil if reaping needs nothing of it
	stderr   *capture    // nil unless the watcher reads the child's standard error
	received *capture    // nil unless the receiver reads the child's events, for Config.Receive
	cgroup   *cgroup     // nil unless the child lives in one of its own
	grouped  bool        // signals go to the child's process group: it is a Command

	mu     sync.Mutex
	pid    int      // the child's and nobody else's; 0 before the start, and from just before the reaping
	events *os.File // the parent's end; nil unless Config asks for it and no capture reads it
}

// outputDelay is how long a grandchild may hold an ended child's output open before it is cut off
// (golang/go#23019).
const outputDelay = time.Second

// errCgroup means that a start in a control group has failed: the kernel is older than 5.7, or a container's
// filter does not know clone3. Without a group the start may succeed.
var errCgroup = errors.New("in a control group of its own")

// start starts the child that c describes, with the ties to this process. s starts it; nil for this thread.
// start returns the moment just before, and the child's command line.
func (o *popen) start(c *Config, own ownFlags, t ties, s *spawner) (began time.Time, argv []string, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	began, err = o.try(c, own, t, s)
	if errors.Is(err, errCgroup) {
		groups := t.cgroups
		t.cgroups = nil
		if began, err = o.try(c, own, t, s); err == nil { // so the group was the cause
			groups.giveUp()
		}
	}
	if err != nil {
		return began, nil, err
	}
	argv = o.cmd.Args
	o.cmd.Args, o.cmd.Env = nil, nil // 1 KiB and more, which thousands of children need not keep
	if c.Receive != nil && o.events != nil {
		go receive(o.events, c.Receive)
	}
	return began, argv, nil
}

// try is one attempt to start the child. The caller holds mu.
func (o *popen) try(c *Config, own ownFlags, t ties, s *spawner) (began time.Time, err error) {
	if c.Command != nil {
		return o.tryCommand(c, own, t, s)
	}
	cmd := &exec.Cmd{
		Path:        t.program,
		Stdin:       t.null,
		Stdout:      output(c.Stdout, os.Stdout),
		Stderr:      output(c.Stderr, os.Stderr),
		SysProcAttr: ownGroup(),
		WaitDelay:   outputDelay,
		Env:         environment(c.Limits.Memory),
	}
	own.lifeline = pass(cmd, t.lifeline.read)
	if own.daemon {
		own.guardian = pass(cmd, t.guardians.file)
		cmd.Env = append(cmd.Env, t.mark)
	}
	if c.Shared != nil {
		own.shared = pass(cmd, c.Shared)
	}
	for _, f := range c.Files {
		own.files = append(own.files, pass(cmd, f))
	}
	var events, stderr *os.File // the child's ends
	defer func() {
		o.dropPipes()  // first: otherwise their end of file would be read
		events.Close() // an error for nil, which nobody needs
		stderr.Close()
	}()
	if events, err = o.openEvents(c, t.receiver); err != nil {
		return began, fmt.Errorf("events: %w", err)
	}
	if events != nil {
		own.events = pass(cmd, events)
	}
	if cmd.Args, err = commandLine(*c, own, cmd.Env); err != nil {
		return began, err
	}
	if stderr, err = o.openStderr(c, t.watcher); err != nil {
		return began, fmt.Errorf("standard error: %w", err)
	}
	if stderr != nil {
		cmd.Stderr = stderr
	}
	return o.run(cmd, t.cgroups.enter(c.Limits.Memory, own.daemon), s.starting(cmd, own.daemon))
}

// run starts cmd in the group by calling start. The caller holds mu.
func (o *popen) run(cmd *exec.Cmd, group *cgroup, start func() error) (began time.Time, err error) {
	began = time.Now()
	if err := group.start(cmd, start); err != nil {
		return began, err
	}
	o.cgroup, o.cmd, o.process, o.pid = group, cmd, cmd.Process, cmd.Process.Pid
	return began, nil
}

// watch has ended called, once and from another goroutine, when the child has ended.
func (o *popen) watch(w *watcher, ended func()) {
	cmd := o.cmd
	if o.stderr != nil {
		o.cmd = nil // os/exec has no output to wait for
	}
	w.watch(cmd, ended)
}

// send sends the child a signal. After its end send does nothing: os.Process knows that the child was reaped,
// and goes by pidfd where there is one.
func (o *popen) send(sig os.Signal) error {
	if o.grouped && canSignalGroups {
		return o.sendToGroup(sig)
	}
	if err := o.process.Signal(sig); !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	return nil
}

// wait is the one place that reaps a child. It is called once, after the end. So it does not block, except for
// output that a grandchild holds open (outputDelay).
func (o *popen) wait(daemon bool) Exit {
	zombie := o.process.Pid
	if daemon { // as long as there is a zombie, no stranger has its PID
		sweepGroup(zombie)
		self.leaveGuardian(zombie)
	}
	left := int64(0)
	if !o.grouped {
		left = peakLeft(zombie)
	}
	unborn := left == 0 && stillborn(zombie) // a child that has left its peak has run
	o.mu.Lock()
	o.pid = 0
	o.mu.Unlock()
	o.stderr.finish()
	exit := exitOf(reapState(o.process, o.cmd))
	exit.Stillborn = unborn
	exit.MaxRSS = truePeak(left, exit.MaxRSS)
	exit.OutOfMemory = o.cgroup.leave()
	return exit
}

// hangUp ends the reading of events. Config.Receive may call the process, so no lock is held meanwhile.
func (o *popen) hangUp() error {
	o.mu.Lock()
	events, received := o.events, o.received
	o.events = nil
	o.mu.Unlock()
	received.close()
	if events == nil {
		return nil
	}
	return events.Close()
}

func output(asked io.Writer, own *os.File) io.Writer {
	if asked != nil {
		return asked
	}
	return own
}
