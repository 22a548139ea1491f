//go:build amd64 || arm64

package trace

import "golang.org/x/sys/unix"

// With Options.Hold a process ends only when its parent is stopped, so that the end can be looked at: the process is a
// zombie for as long as Emit waits. Otherwise a parent that waits would reap it at once.
//
//	the child is about to exit ─▶ each thread of its parent is interrupted ─▶ all have stopped ─▶ the child goes on
//	it has ended ─▶ Emit(zombie) returns ─▶ the threads of the parent go on; a wait begins anew, and reaps
type held struct {
	of      *process          // the child
	waiting int               // the thread of the child that is about to exit; 0 once it went on
	threads map[int]*heldStop // of the parent; nil before it has stopped
}

// heldStop is how a thread goes on from its stop.
type heldStop struct{ request, signal int }

// hold interrupts the threads of the parent of a process that is about to exit. It tells whether the process must wait
// for them. The parent of a vfork cannot stop before its child has executed a program or ended.
func (t *Tracer) hold(tid int, p *process) (waits bool) {
	parent := t.processes[p.parent]
	if !t.o.Hold || !t.began || p.alive > 1 || parent == nil || !parent.ended.IsZero() || p.shares || parent.stopped ||
		t.holds[parent] != nil {
		return false
	}
	h := &held{of: p, waiting: tid, threads: map[int]*heldStop{}}
	for id, th := range t.threads {
		if th.of == parent && ptrace(unix.PTRACE_INTERRUPT, id, 0, 0) == nil {
			h.threads[id] = nil
		}
	}
	if len(h.threads) == 0 {
		return false
	}
	t.holds[parent] = h
	return true
}

// keep tells whether a thread that has stopped stays so, because a child of its process is about to end.
func (t *Tracer) keep(tid int, of *process, stop heldStop) bool {
	h := t.holds[of]
	if h == nil {
		return false
	}
	if _, ours := h.threads[tid]; !ours {
		return false
	}
	h.threads[tid] = &stop
	t.letEnd(h)
	return true
}

// letEnd lets the child of a hold go on to its end, once all threads of the parent have stopped.
func (t *Tracer) letEnd(h *held) {
	for _, stop := range h.threads {
		if stop == nil {
			return
		}
	}
	if h.waiting != 0 {
		t.resume(h.waiting, t.request(), 0)
		h.waiting = 0
	}
}

// release lets the parent of a process go on that has ended, unless it is held for another child.
func (t *Tracer) release(p *process) {
	parent := t.processes[p.parent]
	h := t.holds[parent]
	if h == nil || h.of != p {
		return
	}
	delete(t.holds, parent)
	for id, stop := range h.threads {
		if stop != nil {
			t.resume(id, stop.request, stop.signal)
		}
	}
}

// lose forgets a thread that has ended, of a parent that is held.
func (t *Tracer) lose(tid int, of *process) {
	if h := t.holds[of]; h != nil {
		delete(h.threads, tid)
		t.letEnd(h)
	}
}
