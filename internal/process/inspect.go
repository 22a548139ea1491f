package process

// Inspect calls look with the child's PID and returns the result. The child is not reaped meanwhile, so no
// stranger has that PID. Before the start and after the reaping Inspect returns the zero value.
//
//	sleep := process.Inspect(p, machine.SleepOf)
func Inspect[T any](p *Process, look func(pid int) T) (seen T) {
	o := &p.popen
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.pid != 0 {
		seen = look(o.pid)
	}
	return seen
}
