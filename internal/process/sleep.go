package process

// Sleep is what a process is held up by, as far as the system tells.
type Sleep struct {
	// State is the kernel's letter for it (proc_pid_stat(5)): of several threads that
	// of the one which is furthest from going on, so D (it hears no signal) before T
	// (stopped) before S (asleep in a system call) before R (running) before S (idle, as
	// some threads of a Go program always are). Z is a zombie; "" is not known.
	State string

	// Channel is the kernel function which that thread sleeps in (proc_pid_wchan(5)); "" for none that is told.
	Channel string
}

// Sleep tells what the child is held up by now. It is zero where the system does not say (all but Linux), and
// before the start.
func (p *Process) Sleep() Sleep {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.numbered {
		return Sleep{}
	}
	return sleepOf(p.pid)
}
