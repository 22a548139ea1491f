package process

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"strings"
	"sync"
	"syscall"
)

// What one child takes of the system, measured: one that copies has 6 or 7
// threads, and 9 when it reads back, each of which counts as a process; the
// parent holds for it the pidfd, and two pipes where its events and errors are
// captured.
const (
	tasksPerChild = 10
	tasksKept     = 15 // for the parent's own later threads, and the guardians'
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

// Lacking says which limit err comes from, the error of a start that the system had no
// room for: "RLIMIT_NOFILE is 10, and 38 would do"; "" where none seems to be the cause.
func Lacking(err error) string {
	files := errors.Is(err, syscall.EMFILE)
	if !files && !errors.Is(err, syscall.EAGAIN) {
		return ""
	}
	for _, l := range systemLimits() {
		if files == (l.name == nofile) && l.room < l.perChild {
			return fmt.Sprintf("%s is %d, and %d would do", l.name, l.limit, l.limit-l.room+l.perChild)
		}
	}
	return ""
}

const nofile = "RLIMIT_NOFILE"

// systemLimit is one of the limits: how much of it is left, and how much one child takes.
type systemLimit struct {
	name     string
	limit    int
	room     int
	perChild int
}

// OutOfThreads tells whether a child ended so since the system had no room for one
// more thread of its, which no Go program can do without: by these words of the
// runtime (newosproc), or of its cgo. What it was to do can be done by another one.
func OutOfThreads(exit Exit, stderr string) bool {
	if exit.Code != 2 && exit.Signal != "SIGABRT" { // cgo aborts, which is one or the other
		return false
	}
	return strings.Contains(stderr, "runtime: failed to create new OS thread") || strings.Contains(stderr, "runtime/cgo: pthread_create failed")
}

// Threads that a parent makes sure of. The runtime has 3 more for itself then, each spawner
// and the main thread are 1: measured, it is 11, with one child and with 2,000, daemons or not.
const (
	parentCPUs    = 4
	parentThreads = 6
)

// ReserveThreads makes now, as long as there is room, the threads that a parent may
// need until its end: the runtime keeps them, and would end the process if it got
// none when it needs one. What a parent does is to wait, so it uses few CPUs.
func ReserveThreads() {
	runtime.GOMAXPROCS(min(runtime.GOMAXPROCS(0), parentCPUs))
	var all, over sync.WaitGroup
	all.Add(parentThreads)
	for range parentThreads {
		over.Go(func() {
			runtime.LockOSThread() // so that each has one of its own
			defer runtime.UnlockOSThread()
			all.Done()
			all.Wait()
		})
	}
	over.Wait()
}
