//go:build amd64 || arm64

package trace

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"brood/internal/event"
	"brood/internal/machine"
)

// process is a process of the program.
type process struct {
	pid, parent, group int
	name               string
	command            []string
	alive              int // threads that have not ended
	threads            int // that it has started beside its first one
	started            time.Time
	stopped            bool
	replaced           bool     // an exec has ended other threads, and these may have started processes
	pipes              []string // the ends that it holds, as told last
	shares             bool     // the memory of its parent, which waits: it is of a vfork and has executed nothing

	user, system float64 // seconds of CPU, when it exits
	peak         int64   // bytes of memory, when it exits

	ended  time.Time // zero while it lives
	status unix.WaitStatus
}

// join takes in a new process, which by is the starter of.
func (t *Tracer) join(pid int, by *process, method string) {
	p := &process{
		pid: pid, parent: by.pid, group: by.group, name: by.name, command: by.command, alive: 1, started: time.Now(),
		shares: method == "vfork",
	}
	if parent := parentOf(pid); parent != 0 {
		p.parent = parent // CLONE_PARENT makes a sibling
	}
	t.threads[pid] = &thread{of: p}
	t.mu.Lock()
	t.processes[pid] = p
	ended := t.ended
	t.mu.Unlock()
	if ended {
		_ = unix.Kill(pid, unix.SIGKILL)
	}
	if t.began {
		t.emit(event.Event{
			Kind: event.Started, Name: p.name, PID: pid, PPID: p.parent, Command: p.command, Method: method,
		})
	}
}

// exiting notes what a process has used, when its last thread is about to end. Its memory is still there.
func (t *Tracer) exiting(tid int, p *process) {
	if p.alive > 1 {
		return
	}
	t.tellPipes(p)
	t.tellPipes(t.processes[p.parent])
	if fields := machine.Stat(fmt.Sprintf("/proc/%d/stat", tid)); len(fields) > 12 {
		p.user, p.system = ticks(fields[11]), ticks(fields[12]) // without those of children
	}
	file := fmt.Sprintf("/proc/%d/status", tid)
	if text, err := machine.ReadFile(file); err == nil {
		peak, _ := machine.Number(file, text, "VmHWM:") // of this program; rusage has that before the exec as well
		p.peak = peak << 10
	}
}

// ticks is a time of proc_pid_stat(5) in seconds. Linux has 100 ticks a second for programs on all its architectures.
func ticks(field string) float64 {
	n, _ := strconv.ParseFloat(field, 64)
	return n / 100
}

// gone takes in that a thread has ended. The kernel reports the first thread of a process last.
func (t *Tracer) gone(tid int, status unix.WaitStatus) {
	th := t.threads[tid]
	if th == nil {
		if _, stopped := t.early[tid]; !stopped {
			t.died[tid] = status
			return
		}
		delete(t.early, tid)
		return
	}
	delete(t.threads, tid)
	p := th.of
	t.lose(tid, p)
	t.joinEarly(p)
	if p.alive--; tid != p.pid {
		return
	}
	p.ended, p.status, p.alive = time.Now(), status, 0
	if status.Signaled() && status.Signal() == unix.SIGKILL {
		t.tellKill(p)
	}
	if p == t.root {
		t.mu.Lock()
		t.exit = Exit{codeOf(status)}
		t.mu.Unlock()
	}
	delete(t.holds, p)
	if t.began {
		t.ends(p)
	}
	t.release(p)
}

// joinEarly takes in the processes that a process has started, when the thread that would tell of them may have ended.
func (t *Tracer) joinEarly(p *process) {
	for made, starter := range t.early {
		if starter == p {
			delete(t.early, made)
			t.join(made, p, "")
			t.resume(made, t.request(), 0)
		}
	}
}

const fewZombies = 16

// ends tells that a process has ended: it is a zombie now, unless it has been reaped at once. Its children have got
// another parent, which the kernel did before.
func (t *Tracer) ends(p *process) {
	if p != t.root && (exists(p.pid) || !ignoresChildren(p.parent)) {
		e := event.Event{Time: p.ended, Kind: event.Zombie, Name: p.name, PID: p.pid, PPID: p.parent}
		e.ExitCode, e.Signal = p.exit()
		t.emit(e)
	}
	t.zombies[p] = struct{}{}
	var children []*process
	for _, child := range t.processes {
		if child.parent == p.pid {
			children = append(children, child)
		}
	}
	slices.SortFunc(children, func(a, b *process) int { return a.started.Compare(b.started) })
	for _, child := range children {
		t.adopted(child)
	}
	t.lookAtZombies(fewZombies)
}

// adopted tells that a process has another parent.
func (t *Tracer) adopted(child *process) {
	parent := parentOf(child.pid)
	if parent == child.parent || !exists(child.pid) {
		return
	}
	child.parent = parent
	t.emit(event.Event{Kind: event.Adopted, Name: child.name, PID: child.pid, PPID: parent})
}

// hasWaited tells which children a process has reaped, after a wait.
func (t *Tracer) hasWaited(parent *process) {
	for p := range t.zombies {
		if p.parent == parent.pid && !exists(p.pid) {
			t.reaped(p)
		}
	}
}

// lookAtZombies tells which zombies are gone: the kernel does not tell when a process outside of the program reaps one,
// or when nobody needs to, because the parent ignores SIGCHLD. An adopter may never reap, so it looks at some only.
func (t *Tracer) lookAtZombies(most int) {
	for p := range t.zombies {
		if most--; most < 0 {
			return
		}
		if !exists(p.pid) {
			t.reaped(p)
		}
	}
}

// awaitAdopters gives the processes outside of the program a moment to reap the zombies that they have adopted. No
// event tells when they do.
func (t *Tracer) awaitAdopters() {
	for range 20 {
		t.lookAtZombies(len(t.zombies))
		if len(t.zombies) == 0 {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// reaped tells that a process is gone, and who reaped it.
func (t *Tracer) reaped(p *process) {
	delete(t.zombies, p)
	t.mu.Lock()
	if t.processes[p.pid] == p {
		delete(t.processes, p.pid)
	}
	t.mu.Unlock()
	now := time.Now()
	e := event.Event{
		Time: now, Kind: event.Exited, Name: p.name, PID: p.pid, PPID: p.parent,
		Duration: now.Sub(p.started).Seconds(), Zombie: now.Sub(p.ended).Seconds(),
		User: p.user, System: p.system, MaxRSS: p.peak,
	}
	if p.threads > 0 {
		e.Threads = p.threads + 1
	}
	e.ExitCode, e.Signal = p.exit()
	t.emit(e)
}

// exit returns the exit code of a process that has ended, and the signal that ended it.
func (p *process) exit() (code *int, signal string) {
	n := codeOf(p.status)
	if p.status.Signaled() {
		signal = signalName(p.status.Signal())
	}
	return &n, signal
}

func codeOf(status unix.WaitStatus) int {
	if status.Signaled() {
		return -int(status.Signal())
	}
	return status.ExitStatus()
}

// exists tells whether there is a process of that PID, a zombie too.
func exists(pid int) bool { return unix.Kill(pid, 0) != unix.ESRCH }

// parentOf returns the parent of a process or of a thread's process; 0 if there is none.
func parentOf(tid int) int {
	fields := machine.Stat(fmt.Sprintf("/proc/%d/stat", tid))
	if len(fields) < 2 {
		return 0
	}
	parent, _ := strconv.Atoi(fields[1])
	return parent
}

// groupOf returns the PID of a thread's process, or 0.
func groupOf(tid int) int {
	text, err := machine.ReadFile(fmt.Sprintf("/proc/%d/status", tid))
	if err != nil {
		return 0
	}
	pid, _ := strconv.Atoi(machine.Word(text, "Tgid:"))
	return pid
}

// isThread tells whether the thread belongs to the process.
func isThread(pid, tid int) bool {
	_, err := os.Lstat(fmt.Sprintf("/proc/%d/task/%d", pid, tid))
	return err == nil
}

// blocks tells whether a process blocks a signal, and ignoresChildren whether it ignores SIGCHLD: then the kernel reaps
// its children.
func blocks(pid int, sig unix.Signal) bool { return inSet(pid, "SigBlk:", sig) }

func ignoresChildren(pid int) bool { return inSet(pid, "SigIgn:", unix.SIGCHLD) }

func inSet(pid int, key string, sig unix.Signal) bool {
	text, err := machine.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return false
	}
	set, _ := strconv.ParseUint(machine.Word(text, key), 16, 64)
	return set&(1<<(sig-1)) != 0
}
