package process

import (
	"hash/fnv"
	"sync"

	"golang.org/x/sys/unix"
)

// A daemon's mark is also in its limits. A process inherits limits as it does its environment, and programs that
// clear the environment (env -i) leave them. The limit is RLIMIT_RTTIME, which is for processes of a real-time
// policy, and which nothing reaches: 2^62 µs of CPU time are 146,000 years.
const (
	markedLimit = unix.RLIMIT_RTTIME
	leastMark   = 1 << 62
)

// marking is held while this process has a mark for the next child.
var marking sync.Mutex

// startMarked calls start, so that the process that it starts has the mark in its limits. A mark of a family above
// is in the limits of this process, and comes back. A limit that somebody has set stays, and then there is no mark.
func startMarked(mark string, start func() error) error {
	marking.Lock()
	defer marking.Unlock()
	var own unix.Rlimit
	if unix.Prlimit(0, markedLimit, nil, &own) == nil && own.Cur >= leastMark && setLimit(limitOf(mark), own.Max) {
		defer setLimit(own.Cur, own.Max)
	}
	return start()
}

// unmarkLimit removes the mark of the family, or of one above, from this process.
func unmarkLimit() {
	var own unix.Rlimit
	if unix.Prlimit(0, markedLimit, nil, &own) == nil && own.Cur >= leastMark && own.Cur != own.Max {
		setLimit(own.Max, own.Max)
	}
}

// setLimit tells whether it could. It cannot if somebody has set a maximum below.
func setLimit(limit, most uint64) bool {
	return unix.Prlimit(0, markedLimit, &unix.Rlimit{Cur: limit, Max: most}, nil) == nil
}

// limitOf returns the mark as a limit. Only 64-bit kernels have so high ones.
func limitOf(mark string) uint64 {
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(mark))
	return leastMark | hash.Sum64()>>2
}

// hasLimit tells whether a process of this user has the mark in its limits. A zombie has it, too.
func hasLimit(pid int, mark string) bool {
	var limit unix.Rlimit
	return unix.Prlimit(pid, markedLimit, nil, &limit) == nil && limit.Cur == limitOf(mark)
}
