package process

// What one child takes of the system, measured: an idle Go child has 5 threads
// at most, each of which counts as a process; the parent holds for it the
// pidfd, and two pipes where its events and errors are captured.
const (
	tasksPerChild = 6
	filesPerChild = 3
	filesKept     = 32 // for the parent itself, and a start under way
)

// Limit is the number of children that this process can have alive at once, as
// far as the system tells, and which of its limits that is: "RLIMIT_NPROC",
// "pids.max", "kernel.pid_max", "kernel.threads-max" or "RLIMIT_NOFILE". It is never below 1. Running into such a
// limit is fatal to a Go program, which cannot do without a new thread.
func Limit() (children int, reason string) {
	children, reason = maxInt, ""
	for _, l := range systemLimits() {
		if n := max(l.room/l.perChild, 1); n < children {
			children, reason = n, l.name
		}
	}
	return children, reason
}

const maxInt = int(^uint(0) >> 1)

// systemLimit is one of the limits: how much of it is left, and how much one child takes.
type systemLimit struct {
	name     string
	room     int
	perChild int
}
