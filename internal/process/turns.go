package process

import "time"

// Turns is what a process has had of the CPUs since its start, and whether it could have had more.
type Turns struct {
	Ran      time.Duration // on a CPU, all threads together
	Waited   time.Duration // for one, although a thread could run; that of a present wait is not in it
	Runnable bool          // a thread runs, or waits for a CPU, now
	Held     bool          // a thread is stopped, or in a system call that no signal ends
}

// Turns tells what the child has had of the CPUs. It is zero where the system does not say
// (all but Linux), and before the start.
func (p *Process) Turns() Turns { return p.turns(turnsOf) }

// Glance is Turns at the cost of reading one file: without Waited, and the other two are of
// the first thread. A stop is one of all threads.
func (p *Process) Glance() Turns { return p.turns(glanceOf) }

func (p *Process) turns(of func(pid int) Turns) Turns {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.numbered {
		return Turns{}
	}
	return of(p.pid)
}
