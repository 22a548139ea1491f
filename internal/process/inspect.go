package process

// Inspect calls look with the child's PID, which stays the child's meanwhile: the child is not reaped while look
// runs. Before the start and after the reaping Inspect returns the zero value.
//
//	sleep := process.Inspect(p, machine.SleepOf)
func Inspect[T any](p *Process, look func(pid int) T) (seen T) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.numbered {
		seen = look(p.pid)
	}
	return seen
}
