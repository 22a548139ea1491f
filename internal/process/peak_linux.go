package process

import (
	"golang.org/x/sys/unix"

	"brood/internal/machine"
)

// The kernel's figure for a child (ru_maxrss) is never below the parent's. Until its exec the child shares the
// parent's memory, and the peak of that counts as the child's (exec_mmap in fs/exec.c). So a child that ends by
// itself reports its peak itself.
//
// It leaves the number in RLIMIT_LOCKS, a limit without effect since Linux 2.4. The kernel keeps the limits of
// a zombie, and the parent may read them. That takes no descriptor and no shared memory.

// peak is the descriptor of the child's own status file, opened before a confined child may open no more; -1
// for none.
type peak int

func openPeak() peak {
	status, err := unix.Open("/proc/self/status", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1
	}
	return peak(status)
}

// leave writes the peak. It is the last thing that a child does.
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
		// A child's own children begin with its memory, so the greater number is true.
		kib = max(kib, int64(children.Maxrss))
	}
	_ = unix.Prlimit(0, unix.RLIMIT_LOCKS, &unix.Rlimit{Cur: uint64(kib), Max: unix.RLIM_INFINITY}, nil)
}

// peakLeft returns the peak that the zombie has left, in bytes; 0 for none.
func peakLeft(zombie int) int64 {
	var own, its unix.Rlimit
	if unix.Prlimit(0, unix.RLIMIT_LOCKS, nil, &own) != nil ||
		unix.Prlimit(zombie, unix.RLIMIT_LOCKS, nil, &its) != nil {
		return 0
	}
	if its.Cur == own.Cur { // inherited from this process
		return 0
	}
	return int64(its.Cur) << 10
}

// truePeak returns the child's peak in bytes: the one it has left, or else the kernel's figure if that cannot
// be the parent's, or else 0.
func truePeak(left, usage int64) int64 {
	if left > 0 || usage == 0 {
		return min(left, usage)
	}
	var own unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &own); err != nil {
		return 0
	}
	// The margin of a quarter: the kernel adds up the counts of the CPUs, and not always all of them.
	if atStart := int64(own.Maxrss) << 10; usage <= atStart+atStart/4 {
		return 0
	}
	return usage
}
