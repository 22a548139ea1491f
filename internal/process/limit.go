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

// What one child takes of the system, measured. A child that copies has 6 or 7 threads, and 9 when it reads
// back; each counts as a process. For each child the parent holds the pidfd, and two pipes if it captures
// events and errors.
const (
	tasksPerChild = 10
	tasksKept     = 15 // for the parent's later threads, and for the guardians
	filesPerChild = 3
	filesKept     = 32 // for the parent itself, and for a start in progress
)

// Limit returns the number of children that this process can have alive at once, as far as the system tells. It
// is never below 1. reason is the limit that decides: "RLIMIT_NPROC", "pids.max", "kernel.pid_max",
// "kernel.threads-max" or "RLIMIT_NOFILE". A Go program that reaches such a limit may crash, since it cannot do
// without a new thread.
func Limit() (children int, reason string) {
	children = math.MaxInt
	for _, l := range systemLimits() {
		if n := max(l.room/l.perChild, 1); n < children {
			children, reason = n, l.name
		}
	}
	return children, reason
}

// Lacking names the limit behind the error of a start that the system had no room for: "RLIMIT_NOFILE is 10,
// and 38 would do". It returns "" if no limit seems to be the cause.
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

// systemLimit is a limit with the part of it that is left, and the part that one child takes.
type systemLimit struct {
	name     string
	limit    int
	room     int
	perChild int
}

// OutOfThreads tells whether a child ended because the system had no room for one more of its threads, which no
// Go program can do without. It knows that by the runtime's words (newosproc), or cgo's. Another child can do
// the same work.
func OutOfThreads(exit Exit, stderr string) bool {
	if exit.Code != 2 && exit.Signal != "SIGABRT" { // cgo aborts: that is the one or the other
		return false
	}
	return strings.Contains(stderr, "runtime: failed to create new OS thread") ||
		strings.Contains(stderr, "runtime/cgo: pthread_create failed")
}

// Threads that a parent makes sure of. The runtime makes 3 more for itself. Each spawner and the main thread
// are 1. Measured, a parent has 11 with one child and with 2,000, daemons or not.
const (
	parentCPUs    = 4
	parentThreads = 6
)

// ReserveThreads makes the threads that a parent may need until its end now, while there is room. The runtime
// keeps them. It would end the process if it got no thread when it needs one. A parent mostly waits, so it uses
// few CPUs.
func ReserveThreads() {
	runtime.GOMAXPROCS(min(runtime.GOMAXPROCS(0), parentCPUs))
	var all, over sync.WaitGroup
	all.Add(parentThreads)
	for range parentThreads {
		over.Go(func() {
			runtime.LockOSThread() // each goroutine needs a thread of its own
			defer runtime.UnlockOSThread()
			all.Done()
			all.Wait()
		})
	}
	over.Wait()
}
