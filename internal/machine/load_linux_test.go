package machine_test

import (
	"os"
	"syscall"
	"testing"

	"brood/internal/machine"
)

// TestLoad: processes that use the CPU count while they run, and not while they are stopped. Other processes
// run here, too. So the test polls until the load reaches the number of its own, and then until it is lower.
func TestLoad(t *testing.T) {
	const busy = 20
	var spinners []*os.Process
	for range busy {
		p := start(t, "spins")
		signal(t, syscall.SIGSTOP, p) // so that the next one gets a CPU
		spinners = append(spinners, p)
	}
	seen := func(enough func(load int) bool) bool {
		return eventually(func() bool {
			n, err := machine.Load()
			if err != nil {
				t.Fatal(err)
			}
			return enough(n)
		})
	}
	signal(t, syscall.SIGCONT, spinners...)
	if !seen(func(load int) bool { return load >= busy }) {
		t.Errorf("the load is always below %d, with %d processes that run", busy, busy)
	}
	signal(t, syscall.SIGSTOP, spinners...)
	if !seen(func(load int) bool { return load < busy }) {
		t.Errorf("the load is always %d or more, with %d processes that are stopped", busy, busy)
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
