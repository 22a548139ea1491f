package process

import "math"

// What one child takes of the system, measured: one that copies has 6 or 7
// threads, each of which counts as a process; the parent holds for it the pidfd,
// and two pipes where its events and errors are captured.
const (
	tasksPerChild = 8
	tasksKept     = 12 // for the parent's own later threads, and the guardian's
	filesPerChild = 3
	filesKept     = 32 // for the parent itself, and a start under way
)

// Limit is the number of children that this process can have alive at once, as
// far as the system tells, and by which of its limits: "RLIMIT_NPROC", "pids.max",
// "kernel.pid_max", "kernel.threads-max" or "RLIMIT_NOFILE". It is never below 1.
// To run into such a limit can be fatal to a Go program, which cannot do without
// a new thread.
func Limit() (children int, reason string) {
	children = math.MaxInt
	for _, l := range systemLimits() {
		if n := max(l.room/l.perChild, 1); n < children {
			children, reason = n, l.name
		}
	}
	return children, reason
}

// systemLimit is one of the limits: how much of it is left, and how much one child takes.
type systemLimit struct {
	name     string
	room     int
	perChild int
}
