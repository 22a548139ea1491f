package machine_test

import (
	"os"
	"slices"
	"syscall"
	"testing"

	"brood/internal/machine"
)

// TestLoad: processes that use the CPU count while they run, and not while they are stopped. Other processes run here,
// too, and their number changes. So the test lets its own run and stop in turn, and adds up the differences.
func TestLoad(t *testing.T) {
	const busy, atLeast = 20, 10
	var spinners []*os.Process
	for range busy {
		p := start(t, "spins")
		signal(t, syscall.SIGSTOP, p) // so that the next one gets a CPU
		spinners = append(spinners, p)
	}
	// A process stops only when it gets a CPU.
	stopped := func(p *os.Process) bool { return machine.TurnsOf(p.Pid).Held }
	load := func(stop bool) int {
		if !eventually(func() bool {
			return !slices.ContainsFunc(spinners, func(p *os.Process) bool { return stopped(p) != stop })
		}) {
			t.Fatalf("not all of %d processes have stopped %t", busy, stop)
		}
		n, err := machine.Load()
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	more, turns := 0, 0
	if !eventually(func() bool {
		signal(t, syscall.SIGCONT, spinners...)
		running := load(false)
		signal(t, syscall.SIGSTOP, spinners...)
		more, turns = more+running-load(true), turns+1
		return turns >= atLeast && more >= turns*busy/2
	}) {
		t.Errorf("the load is higher by %d on average, with %d processes that run", more/turns, busy)
	}
}

func TestAvailableMemory(t *testing.T) {
	var system syscall.Sysinfo_t
	if err := syscall.Sysinfo(&system); err != nil {
		t.Fatal(err)
	}
	total := int64(system.Totalram) * int64(system.Unit)
	if n, err := machine.AvailableMemory(); err != nil || n < 1<<20 || n > total {
		t.Errorf("%d bytes of %d available, error %v", n, total, err)
	}
}
