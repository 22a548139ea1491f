package process

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"syscall"

	"golang.org/x/sys/unix"

	"brood/internal/machine"
)

func limitsAvailable() error { return nil }

// take has this process, which is the child, live within its own part of the limits.
func (l Limits) take() error {
	if l.CPUTime > 0 {
		seconds := uint64(l.CPUTime.Seconds())
		if err := lower(unix.RLIMIT_CPU, seconds, seconds+uint64(cpuGrace.Seconds())); err != nil {
			return fmt.Errorf("limit the CPU time: %w", err)
		}
	}
	if l.Memory > 0 {
		if err := limitMemory(l.Memory); err != nil {
			return fmt.Errorf("limit the memory: %w", err)
		}
	}
	return nil
}

// limitMemory sets the limit to so much beyond what is mapped now. A Go program has
// mapped some 40 to 75 MiB of tables at its start (with the race detector 450), of
// which it touches 3: to count those would say nothing of what the child does.
//
// RLIMIT_AS is of no use here, as the runtime reserves a GiB of addresses.
func limitMemory(n int64) error {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return err
	}
	mapped, err := machine.Number("/proc/self/status", status, "VmData:") // KiB
	if err != nil {
		return err
	}
	// Garbage is to be collected before the limit is reached. The margin is measured: what
	// is mapped outgrows what the runtime holds itself to.
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	debug.SetMemoryLimit(int64(m.Sys-m.HeapReleased) + n/2)
	limit := uint64(mapped<<10 + n)
	return lower(unix.RLIMIT_DATA, limit, limit)
}

// lower sets a limit of this process, unless it has a lower one already.
func lower(resource int, soft, hard uint64) error {
	var r unix.Rlimit
	if err := unix.Getrlimit(resource, &r); err != nil {
		return err
	}
	r.Cur, r.Max = min(r.Cur, soft), min(r.Max, hard)
	return unix.Setrlimit(resource, &r)
}

// take gives the calling thread the priority: the kernel has one for each thread,
// which those that it starts inherit (setpriority(2), "C library/kernel
// differences"; ioprio_set(2)).
func (p priority) take() error {
	if p.nice != 0 {
		own, err := unix.Getpriority(unix.PRIO_PROCESS, 0)
		if err == nil {
			err = unix.Setpriority(unix.PRIO_PROCESS, 0, 20-own+p.nice) // the system call's result is 20 - nice
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
