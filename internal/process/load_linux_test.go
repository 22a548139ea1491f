package process_test

import (
	"syscall"
	"testing"

	"brood/internal/process"
)

// Processes that use the CPU are seen while they do, and not when they are stopped. (Others may run here, too, so it
// is asked until an answer is possible with ours alone, and not without.)
func TestLoad(t *testing.T) {
	const busy = 20
	var spinners []*process.Process
	signal := func(sig syscall.Signal, to ...*process.Process) {
		for _, p := range to {
			if err := p.Signal(sig); err != nil {
				t.Fatal(err)
			}
		}
	}
	for range busy {
		p := start(t, process.Config{Target: "spin", Args: []string{"for ever"}})
		signal(syscall.SIGSTOP, p) // so that the next one gets a CPU
		spinners = append(spinners, p)
	}
	seen := func(enough func(load int) bool) bool {
		return eventually(func() bool {
			n, err := process.Load()
			if err != nil {
				t.Fatal(err)
			}
			return enough(n)
		})
	}
	signal(syscall.SIGCONT, spinners...)
	if !seen(func(load int) bool { return load >= busy }) {
		t.Errorf("%d processes run, and the load never was that", busy)
	}
	signal(syscall.SIGSTOP, spinners...)
	if !seen(func(load int) bool { return load < busy }) {
		t.Errorf("%d processes are stopped, and the load never was less", busy)
	}
}

func TestAvailableMemory(t *testing.T) {
	var system syscall.Sysinfo_t
	if err := syscall.Sysinfo(&system); err != nil {
		t.Fatal(err)
	}
	total := int64(system.Totalram) * int64(system.Unit)
	if n, err := process.AvailableMemory(); err != nil || n < 1<<20 || n > total {
		t.Errorf("%d bytes of %d available, error %v", n, total, err)
	}
}
