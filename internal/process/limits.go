package process

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Limits bound what a child may take of the machine. Only Linux has them. The zero value is no limits. The
// programs that a child starts have the same limits, each for itself, apart from the limit of a control group.
//
//	Memory, CPUTime   the child sets for itself before its target or its program runs; its command line shows them
//	Nice, IO          are those of the thread that starts it, so that each of its threads has them from the beginning
type Limits struct {
	// Memory is the number of bytes that the child may map beyond what its runtime maps at the start: 0, or
	// LeastMemory and more. It is RLIMIT_DATA, so it counts allocated memory, touched or not. A child that gets
	// no more ends by its runtime, with exit code 2. For a Command it is the whole that the program may map, and
	// what a program does that gets no more is its own business.
	//
	// A main process that is alone in a control group of version 2, which was handed to it, makes a group for
	// each such child as well. That group counts everything that the child really takes, also what RLIMIT_DATA
	// does not, such as shared memory and the kernel's. There SIGKILL ends the child and its descendants
	// (Exit.OutOfMemory). A Command in such a group has no RLIMIT_DATA.
	Memory int64

	// CPUTime is in whole seconds. A child that has used them gets SIGXCPU, which ends it as SIGTERM does
	// (Work.Context); a Command gets it like any signal. One second of CPU time later it gets SIGKILL.
	CPUTime time.Duration

	// Nice is added to the niceness of this process, as by Python's os.nice: -20 to 19.
	Nice int

	IO IOPriority
}

// LeastMemory is the least Limits.Memory, in bytes. A child that copies takes up to 9 MiB, measured; the heap
// grows by 4 MiB at a time, and garbage takes room, too.
//
// In a control group the cache of the file counts as well. A copy of 1 GiB took 3.4 s with 32 MiB and 3.3 s
// with 512 MiB. With 16 MiB it took 5 s and more, and with 8 MiB 13 to 70 s (Linux 6.1 in user mode, ext4).
const LeastMemory = 32 << 20

// cpuGrace is the CPU time that a child may still use after SIGXCPU.
const cpuGrace = time.Second

// xcpuStatus is the exit status of a shell whose program was ended by SIGXCPU: 128 and its number.
const xcpuStatus = 128 + 24

// IOPriority orders the reading and writing of processes, if the disk's scheduler heeds it (ionice(1)). The
// zero value is the parent's priority.
type IOPriority struct {
	Class IOClass
	Level int // 0 (first) to 7; 0 for IOIdle
}

// IOClass is a class of ioprio_set(2).
type IOClass int

const (
	IORealtime IOClass = iota + 1
	IOBestEffort
	IOIdle
)

var ioClasses = []string{"none", "realtime", "best-effort", "idle"}

// usualLevel is ionice's level for a class without one.
const usualLevel = 4

// ParseIOPriority reads idle, best-effort[:0-7] or realtime[:0-7].
func ParseIOPriority(s string) (IOPriority, error) {
	name, level, hasLevel := strings.Cut(s, ":")
	for class := IORealtime; class <= IOIdle; class++ {
		if name != ioClasses[class] {
			continue
		}
		if class == IOIdle && !hasLevel {
			return IOPriority{Class: IOIdle}, nil
		}
		if class != IOIdle && !hasLevel {
			return IOPriority{class, usualLevel}, nil
		}
		if n, err := strconv.ParseUint(level, 10, 3); class != IOIdle && err == nil {
			return IOPriority{class, int(n)}, nil
		}
	}
	return IOPriority{}, fmt.Errorf("ionice %q: want idle, best-effort[:0-7] or realtime[:0-7]", s)
}

func (p IOPriority) String() string {
	if p.Class == IORealtime || p.Class == IOBestEffort {
		return fmt.Sprintf("%s:%d", ioClasses[p.Class], p.Level)
	}
	return ioClasses[p.Class]
}

// Validate returns an error for limits that no child can have here. Prepare tells whether this process may give
// them.
func (l Limits) Validate() error {
	switch {
	case l == Limits{}:
		return nil
	case l.Memory < 0 || l.Memory > 0 && l.Memory < LeastMemory:
		return fmt.Errorf("memory %s: a child needs %s at least", inBytes(l.Memory), inBytes(LeastMemory))
	case l.CPUTime < 0 || l.CPUTime%time.Second != 0:
		return fmt.Errorf("cpu-time %v: want whole seconds", l.CPUTime)
	case l.Nice < -20 || l.Nice > 19:
		return fmt.Errorf("nice %d: want -20 to 19", l.Nice)
	}
	return limitsAvailable()
}

// Prepare readies this process for children with these limits. The error names the limit that it may not give.
// A caller needs Prepare only before it gives up rights that a later Start would need. Finish undoes it.
func Prepare(l Limits) error {
	if err := l.Validate(); err != nil || l.priority() == (priority{}) {
		return err
	}
	self.mu.Lock()
	defer self.mu.Unlock()
	_, err := self.ties.spawnerFor(l.priority())
	return err
}

// priority is how the threads that start children differ.
type priority struct {
	nice int
	io   IOPriority
}

func (l Limits) priority() priority { return priority{l.Nice, l.IO} }

// Reached returns the limit that has ended a child, such as "CPU time limit of 10s"; "" for none. Since anybody
// may signal a child, it goes by evidence: the time that the child used, and what its runtime wrote to standard
// error. A shell whose program was ended by SIGXCPU exits with xcpuStatus.
func (l Limits) Reached(e Exit, stderr string) string {
	// The limit goes by the clock's ticks, the usage by the scheduler. On a busy machine they differed by a
	// tenth. A SIGXCPU hardly ever has another cause.
	used := e.User + e.System
	switch {
	case l.Memory > 0 && e.Code != 0 && (e.OutOfMemory || outOfMemory(stderr)):
		return "memory limit of " + inBytes(l.Memory)
	case l.CPUTime > 0 && ((e.Signal == "SIGXCPU" || e.Code == xcpuStatus) && used >= l.CPUTime/2 ||
		e.Signal == "SIGKILL" && used >= l.CPUTime):
		return "CPU time limit of " + l.CPUTime.String()
	}
	return ""
}

// outOfMemory tells whether the runtime ended because it got no more memory. It prints one of several messages,
// or it faults: Go 1.26's collector does not check one of its allocations (1 of 20 ends, measured). A fault of
// the program itself would be a panic.
func outOfMemory(stderr string) bool {
	for line := range strings.Lines(stderr) {
		if said, ok := strings.CutPrefix(line, "fatal error: "); ok {
			return strings.Contains(said, "out of memory") || strings.Contains(said, "cannot allocate memory")
		}
		if strings.HasPrefix(line, "SIGSEGV: segmentation violation") {
			return true
		}
	}
	return false
}

// inBytes is exact, unlike the sizes that progress shows.
func inBytes(n int64) string {
	units := []string{"bytes", "KiB", "MiB", "GiB", "TiB"}
	unit := 0
	for ; n != 0 && n%1024 == 0 && unit < len(units)-1; unit++ {
		n /= 1024
	}
	return fmt.Sprintf("%d %s", n, units[unit])
}
