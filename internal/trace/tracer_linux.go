//go:build amd64 || arm64

package trace

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// Tracer runs one program.
type Tracer struct {
	o Options

	mu        sync.Mutex // guards the writes of these, and reads by other threads than the tracer's
	processes map[int]*process
	ended     bool          // End was called
	exit      Exit          // of the root
	left      chan struct{} // closed by End with Detach

	// Only the tracer's thread uses what follows.
	root    *process // the program's first process
	began   bool     // the setup has executed the program
	threads map[int]*thread
	early   map[int]*process        // by new processes that have stopped before their starters told of them
	died    map[int]unix.WaitStatus // threads that were gone before they were announced
	zombies map[*process]struct{}   // that nobody has reaped
	kills   []kills                 // under way
	holds   map[*process]*held      // by the parent
	pipes   map[string]int          // the number of each pipe, with Options.Pipes
	failed  error                   // the first error of a request
}

// thread is a thread of a process, under its thread ID.
type thread struct {
	of   *process
	call *call // that it has entered, and whose end it stops at; or nil
}

// New returns a tracer for one program.
func New(o Options) *Tracer {
	return &Tracer{
		o: o, processes: map[int]*process{}, left: make(chan struct{}), threads: map[int]*thread{},
		early: map[int]*process{}, died: map[int]unix.WaitStatus{}, zombies: map[*process]struct{}{},
		holds: map[*process]*held{},
	}
}

// Run runs the program until all its processes have ended, and returns how its first process ended. It returns a
// *StartError if the program could not be started. With Detach it returns early after End, and the processes go on
// when this process ends.
func (t *Tracer) Run() (Exit, error) {
	path, err := exec.LookPath(t.o.Command[0])
	if err == nil {
		err = check(path)
	}
	if err != nil {
		return Exit{}, &StartError{t.o.Command[0], cause(err)}
	}
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // for good: the thread ends with the goroutine
		done <- t.trace(path)
	}()
	select {
	case err = <-done:
	case <-t.left:
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.exit, err
}

// cause leaves out what StartError says already.
func cause(err error) error {
	var notFound *exec.Error
	var at *os.PathError
	switch {
	case errors.As(err, &notFound):
		return cause(notFound.Err)
	case errors.As(err, &at):
		return at.Err
	}
	return err
}

// End ends all processes of the program with SIGKILL. With Detach it lets them go on instead, and no event comes
// any more.
func (t *Tracer) End() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ended {
		return
	}
	t.ended = true
	if t.o.Detach {
		close(t.left)
		return
	}
	for pid := range t.processes {
		_ = unix.Kill(pid, unix.SIGKILL)
	}
}

// trace is the tracer's thread.
func (t *Tracer) trace(path string) error {
	if err := t.start(path); err != nil {
		return &StartError{t.o.Command[0], err}
	}
	for len(t.threads) > 0 {
		tid, status, err := wait(-1, unix.WALL|unix.WNOTHREAD) // no child that another thread has started
		if err != nil {
			return fmt.Errorf("wait4: %w", err)
		}
		t.handle(tid, status)
	}
	return t.finish()
}

// finish returns the error of the whole trace, when no process is left.
func (t *Tracer) finish() error {
	t.awaitAdopters()
	if t.began {
		return t.failed
	}
	err := errors.New("it was ended before it began")
	if t.exit.Code > 0 { // see Setup
		err = syscall.Errno(t.exit.Code)
	}
	return &StartError{t.o.Command[0], err}
}

func wait(pid, options int) (tid int, status unix.WaitStatus, err error) {
	for {
		tid, err = unix.Wait4(pid, &status, options, nil)
		if err != unix.EINTR {
			return tid, status, err
		}
	}
}

// start starts the setup, seizes it, and lets it continue.
func (t *Tracer) start(path string) error {
	pid, err := syscall.ForkExec("/proc/self/exe", setupArgv(!t.o.Detach, path, t.o.Command), &syscall.ProcAttr{
		Env: os.Environ(), Sys: &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL},
		Files: []uintptr{0, cmp.Or(t.o.Stdout, os.Stdout).Fd(), cmp.Or(t.o.Stderr, os.Stderr).Fd()},
	})
	if err != nil {
		return err
	}
	if _, status, err := wait(pid, unix.WUNTRACED|unix.WNOTHREAD); err != nil || !status.Stopped() {
		return fmt.Errorf("its start has failed (%v, status %#x)", err, status)
	}
	options := uintptr(unix.PTRACE_O_TRACEFORK | unix.PTRACE_O_TRACEVFORK | unix.PTRACE_O_TRACECLONE |
		unix.PTRACE_O_TRACEEXEC | unix.PTRACE_O_TRACEEXIT | unix.PTRACE_O_TRACESYSGOOD)
	if !t.o.Detach {
		options |= unix.PTRACE_O_TRACESECCOMP | unix.PTRACE_O_EXITKILL
	}
	if err := ptrace(unix.PTRACE_SEIZE, pid, 0, options); err != nil {
		_ = unix.Kill(pid, unix.SIGKILL)
		_, _, _ = wait(pid, 0)
		return refused(err)
	}
	t.root = &process{pid: pid, parent: os.Getpid(), group: unix.Getpgrp(), alive: 1}
	t.threads[pid] = &thread{of: t.root}
	t.mu.Lock()
	t.processes[pid] = t.root
	t.mu.Unlock()
	return unix.Kill(pid, unix.SIGCONT)
}

// refused explains why the kernel does not let this process trace its own child.
func refused(err error) error {
	if errors.Is(err, unix.EPERM) {
		return errors.New("this system allows no tracing: another tracer has brood, or kernel.yama.ptrace_scope forbids it")
	}
	return fmt.Errorf("PTRACE_SEIZE: %w", err)
}

// handle takes one report of wait4 about a thread, and lets it go on.
func (t *Tracer) handle(tid int, status unix.WaitStatus) {
	if !status.Stopped() {
		t.gone(tid, status)
		return
	}
	th := t.threads[tid]
	if th == nil {
		t.arrives(tid)
		return
	}
	signal, request := 0, t.request()
	switch at := int(status) >> 16; at {
	case 0:
		switch sig := status.StopSignal(); {
		case sig == unix.SIGTRAP|0x80: // PTRACE_O_TRACESYSGOOD: the entry or the end of a system call
			request = t.atCall(tid, th)
		default:
			signal = int(sig)
			t.signalled(tid, th.of, sig)
		}
	case unix.PTRACE_EVENT_SECCOMP:
		request = t.atCall(tid, th)
	case unix.PTRACE_EVENT_FORK, unix.PTRACE_EVENT_VFORK, unix.PTRACE_EVENT_CLONE:
		t.forked(tid, th.of, at)
	case unix.PTRACE_EVENT_EXEC:
		t.executed(tid, th.of)
	case unix.PTRACE_EVENT_EXIT:
		t.exiting(tid, th.of)
		if t.hold(tid, th.of) {
			return
		}
	case unix.PTRACE_EVENT_STOP:
		if isStop(status.StopSignal()) {
			t.stopped(th.of, status.StopSignal())
			request = unix.PTRACE_LISTEN
		} else {
			t.mayContinue(th.of)
		}
	}
	if !t.keep(tid, th.of, heldStop{request, signal}) {
		t.resume(tid, request, signal)
	}
}

// request is how a thread goes on until its next stop.
func (t *Tracer) request() int {
	if t.o.Detach {
		return unix.PTRACE_SYSCALL
	}
	return unix.PTRACE_CONT
}

// resume lets a thread go on. Only a thread that was killed meanwhile cannot.
func (t *Tracer) resume(tid, request, signal int) {
	err := ptrace(request, tid, 0, uintptr(signal))
	if err != nil && !errors.Is(err, unix.ESRCH) && t.failed == nil {
		t.failed = fmt.Errorf("ptrace request %#x for thread %d: %w", request, tid, err)
	}
}

func isStop(s unix.Signal) bool {
	return s == unix.SIGSTOP || s == unix.SIGTSTP || s == unix.SIGTTIN || s == unix.SIGTTOU
}
