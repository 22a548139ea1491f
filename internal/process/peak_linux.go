package process

import (
	"golang.org/x/sys/unix"

	"brood/internal/machine"
)

// The kernel's figure for a child (ru_maxrss) is never below what its parent had: until its exec the child
// shares the parent's memory, whose peak then counts as its own (exec_mmap in fs/exec.c). So a child tells
// its peak itself, where it ends by itself.
//
// It leaves the number in a limit that has had no effect since Linux 2.4 (RLIMIT_LOCKS). The kernel keeps
// the limits of a zombie, and its parent may read them: no descriptor, no memory is shared for that.

// peak is the child's own: its status file, opened before a confined child may open no more. -1: none.
type peak int

func openPeak() peak {
	status, err := unix.Open("/proc/self/status", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1
	}
	return peak(status)
}

// leave is the last that a child does.
func (p peak) leave() {
	text := make([]byte, 8<<10)
	n, err := unix.Pread(int(p), text, 0)
	if err != nil {
		return
	}
	kib, err := machine.Number("status", text[:n], "VmHWM:")
	if err != nil {
		return
	}
	var children unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_CHILDREN, &children); err == nil {
		kib = max(kib, int64(children.Maxrss)) // theirs begins with this one's, so the greater is true
	}
	_ = unix.Prlimit(0, unix.RLIMIT_LOCKS, &unix.Rlimit{Cur: uint64(kib), Max: unix.RLIM_INFINITY}, nil)
}

// peakLeft is what the zombie has left, in bytes; 0 for nothing.
func peakLeft(zombie int) int64 {
	var own, its unix.Rlimit
	if unix.Prlimit(0, unix.RLIMIT_LOCKS, nil, &own) != nil || unix.Prlimit(zombie, unix.RLIMIT_LOCKS, nil, &its) != nil {
		return 0
	}
	if its.Cur == own.Cur { // it has it from this process
		return 0
	}
	return int64(its.Cur) << 10
}

// truePeak is the child's peak by what it has left, else by the kernel's figure where that is no parent's; else 0.
func truePeak(left, usage int64) int64 {
	if left > 0 || usage == 0 {
		return min(left, usage)
	}
	var own unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &own); err != nil {
		return 0
	}
	// A quarter more: the kernel adds up what each CPU has counted, and not always all of it.
	if atStart := int64(own.Maxrss) << 10; usage <= atStart+atStart/4 {
		return 0
	}
	return usage
}
