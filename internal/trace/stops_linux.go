//go:build amd64 || arm64

package trace

import (
	"fmt"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"brood/internal/event"
	"brood/internal/machine"
)

// forked takes in the new process or thread that a fork, vfork or clone has made.
func (t *Tracer) forked(tid int, p *process, at int) {
	made, err := eventMessage(tid)
	if err != nil {
		return // killed meanwhile; gone takes the newcomer in
	}
	switch {
	case t.threads[made] != nil: // see arrives
		return
	case at == unix.PTRACE_EVENT_CLONE && isThread(p.pid, made):
		t.addThread(made, p)
	default:
		t.join(made, p, methodOf(at))
	}
	if _, stopped := t.early[made]; stopped {
		delete(t.early, made)
		t.resume(made, t.request(), 0)
	}
	if status, ok := t.died[made]; ok {
		delete(t.died, made)
		t.gone(made, status)
	}
}

func (t *Tracer) addThread(tid int, p *process) {
	p.alive++
	p.threads++
	t.threads[tid] = &thread{of: p}
}

// arrives is called at the first stop of a thread. Its starter may not have told of it yet, and stops for that next: see
// forked. A starter that was killed meanwhile never tells. So a new thread of a known process goes on at once, and a new
// process does when its starter has ended.
func (t *Tracer) arrives(tid int) {
	if p := t.processes[groupOf(tid)]; p != nil {
		t.addThread(tid, p)
		t.resume(tid, t.request(), 0)
		return
	}
	starter := t.processes[parentOf(tid)]
	if starter != nil && starter.ended.IsZero() && !starter.replaced {
		t.early[tid] = starter
		return
	}
	if starter == nil {
		starter = t.root
	}
	t.join(tid, starter, "")
	t.resume(tid, t.request(), 0)
}

// methodOf names what made a process. It is no table, which each child of brood would make at its start.
func methodOf(at int) string {
	switch at {
	case unix.PTRACE_EVENT_FORK:
		return "fork"
	case unix.PTRACE_EVENT_VFORK:
		return "vfork"
	}
	return "clone"
}

// executed notes that a process runs another program. Its other threads are gone, and the thread has its PID.
func (t *Tracer) executed(tid int, p *process) {
	for other, th := range t.threads {
		if th.of == p && other != tid {
			delete(t.threads, other)
			p.replaced = true
		}
	}
	t.joinEarly(p)
	t.threads[tid] = &thread{of: p}
	p.alive, p.threads, p.shares = 1, 0, false
	p.command, _ = machine.Argv(fmt.Sprintf("/proc/%d/cmdline", p.pid))
	p.name = nameOf(p.command)
	if !t.began {
		t.began = true
		p.started = time.Now()
		t.emit(event.Event{Kind: event.Started, Name: p.name, PID: p.pid, PPID: p.parent, Command: p.command})
		t.tellPipes(p)
		return
	}
	t.emit(event.Event{Kind: event.Executed, Name: p.name, PID: p.pid, Command: p.command})
	t.tellPipes(p)
}

// signalled tells of a signal that a thread is about to take. It leaves out the SIGCHLD of the kernel, which follows
// each end of a child, and what a runtime sends to its own threads.
func (t *Tracer) signalled(tid int, p *process, sig unix.Signal) {
	from, err := sender(tid)
	switch {
	case err != nil, !t.began:
		return
	case sig == unix.SIGCHLD && from == 0:
		return
	case from == p.pid && (sig == unix.SIGURG || sig >= leastRealTime):
		return
	}
	t.emit(event.Event{Kind: event.Signalled, Name: p.name, PID: p.pid, Sender: from, Signal: signalName(sig)})
	if sig == unix.SIGCONT {
		t.continued(p)
	}
}

// leastRealTime is the first real-time signal of the kernel. The C library has the first two for itself (nptl(7)).
const leastRealTime = 32

func signalName(sig syscall.Signal) string {
	if name := unix.SignalName(sig); name != "" {
		return name
	}
	if sig >= leastRealTime {
		return fmt.Sprintf("SIGRTMIN+%d", int(sig)-leastRealTime-2) // of the C library, see above
	}
	return fmt.Sprintf("signal %d", int(sig))
}

// stopped tells that a process is stopped, once for all its threads.
func (t *Tracer) stopped(p *process, sig unix.Signal) {
	if !t.began || p.stopped {
		return
	}
	p.stopped = true
	t.emit(event.Event{Kind: event.Stopped, Name: p.name, PID: p.pid, Signal: signalName(sig)})
}

// mayContinue is called when a thread leaves a stop. The process takes SIGCONT next and that tells it, with the sender,
// unless it blocks that signal.
func (t *Tracer) mayContinue(p *process) {
	if p.stopped && blocks(p.pid, unix.SIGCONT) {
		t.continued(p)
	}
}

func (t *Tracer) continued(p *process) {
	if p.stopped {
		p.stopped = false
		t.emit(event.Event{Kind: event.Continued, Name: p.name, PID: p.pid})
	}
}

// atCall handles the entry or the end of a system call, and returns how the thread goes on.
func (t *Tracer) atCall(tid int, th *thread) (request int) {
	at, err := syscallInfo(tid)
	switch {
	case err != nil:
		th.call = nil
	case at.entry && isObserved(at.call):
		th.call = &at.call
		t.beforeCall(th.of, at.call)
		return unix.PTRACE_SYSCALL // up to its end
	case at.entry:
		th.call = nil
	case th.call != nil:
		c := *th.call
		th.call = nil
		t.afterCall(th.of, c, at.result >= 0)
	}
	return t.request()
}

func isObserved(c call) bool {
	for _, o := range observed {
		if c.number == o.number && (o.argument < 0 || uint32(c.args[o.argument]) == o.value) {
			return true
		}
	}
	return false
}

// afterCall tells what an observed call has done.
func (t *Tracer) afterCall(p *process, c call, done bool) {
	first, second := int(int32(c.args[0])), int(int32(c.args[1]))
	switch {
	case !t.began:
	case c.number == unix.SYS_WAIT4, c.number == unix.SYS_WAITID:
		t.hasWaited(p)
	case c.number == unix.SYS_SETSID:
		if done {
			p.group = p.pid
			t.emit(event.Event{Kind: event.Session, Name: p.name, PID: p.pid})
		}
	case c.number == unix.SYS_SETPGID:
		if done {
			t.grouped(p, first, second)
		}
	case c.number == unix.SYS_PRCTL:
		if done && second != 0 {
			t.emit(event.Event{Kind: event.Subreaper, Name: p.name, PID: p.pid})
		}
	default:
		t.killed(p, done)
	}
}

// grouped tells that setpgid has moved a process to another group: pid 0 is the caller, group 0 the process's own.
func (t *Tracer) grouped(caller *process, pid, group int) {
	p := caller
	if pid != 0 {
		p = t.processes[pid]
	}
	if p == nil {
		return // of another PID namespace
	}
	if group == 0 {
		group = p.pid
	}
	if p.group == group {
		return // a shell does it twice, in the parent and in the child
	}
	p.group = group
	t.emit(event.Event{Kind: event.Grouped, Name: p.name, PID: p.pid, Group: group})
}
