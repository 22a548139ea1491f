package machine

// Sleep is what holds a process up.
type Sleep struct {
	// State is the kernel's letter (proc_pid_stat(5)); "" if it is not known. Of several threads it is that
	// of the thread that is furthest from going on. The order is: D (no signal ends it), T (stopped),
	// S (asleep in a system call), R (running), and last S of an idle thread, as a Go program always has.
	// Z is a zombie.
	State string

	// Channel is the kernel function that the thread sleeps in (proc_pid_wchan(5)); "" if it is not known.
	Channel string
}

// SleepOf tells what holds a process up now.
func SleepOf(pid int) Sleep { return sleepOf(pid) }
