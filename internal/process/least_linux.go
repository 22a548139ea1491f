package process

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"

	"brood/internal/machine"
)

// The least limits for a parent with one child, measured with two CPUs. With less, runs hung, or ended with a
// stack trace of the runtime. Descriptors and tasks come on top of the present ones.
const (
	leastFiles   = 20
	leastTasks   = 16
	leastMapped  = 800_000 << 10 // RLIMIT_AS
	leastData    = 80_000 << 10  // RLIMIT_DATA
	enoughMapped = 2 << 30
	enoughData   = 128 << 20

	ownTasks = 11 // the most that the parent itself has
)

// A limit from this number on is taken as enough, since it takes long to count what is used.
const (
	manyFiles = 256
	manyTasks = 1024
)

// Enough returns an error if a limit of this process, or the pids.max of its control group, is too low for a
// parent and a child. The error names the limit, and a number that would do. A parent calls Enough first: a Go
// program that gets no thread or no memory ends with a stack trace.
func Enough() error {
	limit := func(resource int) uint64 {
		r := unix.Rlimit{Cur: unix.RLIM_INFINITY}
		_ = unix.Getrlimit(resource, &r)
		return r.Cur
	}
	if n := limit(unix.RLIMIT_NOFILE); n < manyFiles {
		open := openBelow(int(n))
		if n < uint64(open+leastFiles) {
			return tooLow(nofile, strconv.FormatUint(n, 10), strconv.Itoa(open+filesKept+filesPerChild))
		}
	}
	if n := limit(unix.RLIMIT_AS); n < leastMapped {
		return tooLow("RLIMIT_AS", inBytes(int64(n)), inBytes(enoughMapped))
	}
	if n := limit(unix.RLIMIT_DATA); n < leastData {
		return tooLow("RLIMIT_DATA", inBytes(int64(n)), inBytes(enoughData))
	}
	if n := limit(unix.RLIMIT_NPROC); n < manyTasks && !exemptFromNproc() {
		others := machine.ThreadsOfUser(os.Getuid()) - machine.ThreadsOfSelf()
		if n < uint64(others+leastTasks) {
			return tooManyTasks("RLIMIT_NPROC", int(n), others)
		}
	}
	groups := pidsGroups()
	groupsSeen.Store(&groups)
	for _, g := range groups {
		if g.most < manyTasks {
			if others := g.used() - machine.ThreadsOfSelf(); g.most < others+leastTasks {
				return tooManyTasks("pids.max", g.most, others)
			}
		}
	}
	return nil
}

func tooManyTasks(name string, limit, others int) error {
	return tooLow(name, strconv.Itoa(limit), strconv.Itoa(others+ownTasks+tasksKept+tasksPerChild))
}

func tooLow(name, limit, enough string) error {
	return fmt.Errorf("%s is %s, and %s would do", name, limit, enough)
}

// openBelow counts the open descriptors with a number below the limit, as the kernel does.
func openBelow(limit int) (open int) {
	files, err := os.ReadDir("/proc/self/fd")
	if errors.Is(err, syscall.EMFILE) {
		return limit
	}
	for _, file := range files {
		if n, err := strconv.Atoi(file.Name()); err == nil && n < limit {
			open++
		}
	}
	return max(open-1, 0) // one of them was this folder's
}
