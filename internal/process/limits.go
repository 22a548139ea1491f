package process

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Limits are what a child may take of the machine; Linux alone has them. The zero
// value is none. What a child starts has them, too.
//
//	Memory, CPUTime   the child sets for itself before its target runs; its command line shows them
//	Nice, IO          are those of the thread that starts it, so that each of its threads has them from the beginning
type Limits struct {
	// Memory is how many bytes the child may map beyond what its runtime maps at the
	// start: 0 or LeastMemory and more. It is RLIMIT_DATA, so it counts what was
	// allocated, touched or not. A child that gets no more ends by its runtime, with
	// exit code 2.
	//
	// Where this process is a main process, alone in a control group of version 2 that was
	// handed to it, the child has a group of its own besides, which counts all that it
	// really takes: also what RLIMIT_DATA does not, as shared memory and the kernel's.
	// There SIGKILL ends it and what it has started (Exit.OutOfMemory).
	Memory int64

	// CPUTime is whole seconds. A child that has used them gets SIGXCPU, which ends it
	// as SIGTERM does (Work.Context), and one second of CPU later SIGKILL.
	CPUTime time.Duration

	// Nice is added to the niceness of this process, as by Python's os.nice: -20 to 19.
	Nice int

	IO IOPriority
}

// LeastMemory is the least Limits.Memory. A child that copies takes up to 9 MiB,
// measured; the heap grows by 4 MiB at a time, and garbage takes room, too. In a control
// group so does the cache of the file: a copy of 1 GiB took 3.4 s with 32 MiB and 3.3 with 512, but
// 5 and more with 16, and 13 to 70 with 8 (Linux 6.1 in user mode, ext4).
const LeastMemory = 32 << 20

// cpuGrace is the CPU time that a child may still use after SIGXCPU.
const cpuGrace = time.Second

// IOPriority is how the kernel orders the reading and writing of processes, where
// the disk's scheduler regards that (ionice(1)). The zero value is the parent's.
type IOPriority struct {
	Class IOClass
	Level int // 0, the first, to 7; of IOIdle 0
}

// IOClass is a class of ioprio_set(2).
type IOClass int

const (
	IORealtime IOClass = iota + 1
	IOBestEffort
	IOIdle
)

var ioClasses = []string{"none", "realtime", "best-effort", "idle"}

// usualLevel is ionice's for a class without one.
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

// Validate is an error for limits that no child can have here. Whether this process
// may give them is Prepare's to say.
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

// Prepare readies this process for children with these limits; the error says which
// of them it may not give. It needs to be called only where Start can't do that any
// more, before this process gives up rights. Finish undoes it.
func Prepare(l Limits) error {
	if err := l.Validate(); err != nil || l.priority() == (priority{}) {
		return err
	}
	self.mu.Lock()
	defer self.mu.Unlock()
	_, err := self.spawnerFor(l.priority())
	return err
}

// priority is what the threads that start children differ in.
type priority struct {
	nice int
	io   IOPriority
}

func (l Limits) priority() priority { return priority{l.Nice, l.IO} }

// Reached says which of the limits has ended a child: "CPU time limit of 10s", or ""
// for none. It goes by evidence, since anybody may signal a child: the time that was
// used, and what the child's runtime wrote to standard error, which the caller has.
func (l Limits) Reached(e Exit, stderr string) string {
	// The limit goes by the clock's ticks, the usage by the scheduler: on a busy machine
	// they were seen to differ by a tenth. A SIGXCPU hardly ever is somebody else's.
	used := e.User + e.System
	switch {
	case l.Memory > 0 && e.Code != 0 && (e.OutOfMemory || outOfMemory(stderr)):
		return "memory limit of " + inBytes(l.Memory)
	case l.CPUTime > 0 && (e.Signal == "SIGXCPU" && used >= l.CPUTime/2 || e.Signal == "SIGKILL" && used >= l.CPUTime):
		return "CPU time limit of " + l.CPUTime.String()
	}
	return ""
}

// outOfMemory knows how the runtime ends when it gets no more: it says so in one of
// several ways, or it faults, since Go 1.26's collector does not look at the result
// of one of its allocations (1 of 20, measured). A fault of the program's own would be a panic.
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

// inBytes is exact, unlike what is for progress.
func inBytes(n int64) string {
	units := []string{"bytes", "KiB", "MiB", "GiB", "TiB"}
	unit := 0
	for ; n != 0 && n%1024 == 0 && unit < len(units)-1; unit++ {
		n /= 1024
	}
	return fmt.Sprintf("%d %s", n, units[unit])
}
