package process

import (
	"fmt"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"brood/internal/machine"
)

func limitsAvailable() error { return nil }

// take has this process, the child, live within the limits that a child sets for itself.
func (l Limits) take() error {
	if l.CPUTime > 0 {
		if err := limitCPUTime(l.CPUTime); err != nil {
			return err
		}
	}
	if l.Memory > 0 {
		if err := limitMemory(l.Memory); err != nil {
			return fmt.Errorf("limit the memory: %w", err)
		}
	}
	return nil
}

// limitCPUTime limits the CPU time of this process, and of each process that it starts.
func limitCPUTime(d time.Duration) error {
	seconds := uint64(d.Seconds())
	if err := lower(unix.RLIMIT_CPU, seconds, seconds+uint64(cpuGrace.Seconds())); err != nil {
		return fmt.Errorf("limit the CPU time: %w", err)
	}
	return nil
}

// limitMemory sets the limit to n bytes beyond what is mapped now. At its start a Go program has mapped 40 to
// 75 MiB of tables (450 MiB with the race detector), and touches 3 MiB of them. A limit that counted them would
// say nothing about the child's work.
//
// RLIMIT_AS is of no use here, since the runtime reserves a GiB of addresses. The parent has told the runtime
// to collect garbage early enough: see environment.
func limitMemory(n int64) error {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return err
	}
	mapped, err := machine.Number("/proc/self/status", status, "VmData:") // KiB
	if err != nil {
		return err
	}
	limit := uint64(mapped<<10 + n)
	return lower(unix.RLIMIT_DATA, limit, limit)
}

// lower sets a limit of this process, unless the limit is lower already.
func lower(resource int, soft, hard uint64) error {
	var r unix.Rlimit
	if err := unix.Getrlimit(resource, &r); err != nil {
		return err
	}
	r.Cur, r.Max = min(r.Cur, soft), min(r.Max, hard)
	return unix.Setrlimit(resource, &r)
}

// take gives the calling thread the priority. The kernel has a priority for each thread, and the threads and
// processes that it starts inherit that (setpriority(2), "C library/kernel differences"; ioprio_set(2)).
func (p priority) take() error {
	if p.nice != 0 {
		own, err := unix.Getpriority(unix.PRIO_PROCESS, 0)
		if err == nil {
			err = unix.Setpriority(unix.PRIO_PROCESS, 0, 20-own+p.nice) // the system call returns 20 - nice
		}
		if err != nil {
			return fmt.Errorf("nice %d: %w", p.nice, err)
		}
	}
	if p.io == (IOPriority{}) {
		return nil
	}
	const thread, classShift = 1, 13 // IOPRIO_WHO_PROCESS, IOPRIO_CLASS_SHIFT of <linux/ioprio.h>
	value := int(p.io.Class)<<classShift | p.io.Level
	if _, _, errno := unix.RawSyscall(unix.SYS_IOPRIO_SET, thread, 0, uintptr(value)); errno != 0 {
		return fmt.Errorf("ionice %v: %w", p.io, syscall.Errno(errno))
	}
	return nil
}
