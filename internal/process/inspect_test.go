//go:build unix

package process_test

import (
	"testing"

	"brood/internal/process"
)

func TestInspect(t *testing.T) {
	pid := func(pid int) int { return pid }
	p := process.New(process.Config{Target: "hang"})
	if got := process.Inspect(p, pid); got != 0 {
		t.Errorf("before the start: PID %d", got)
	}
	p = start(t, process.Config{Target: "hang"})
	if got := process.Inspect(p, pid); got != pidOf(t, p) {
		t.Errorf("while it runs: PID %d, want %d", got, pidOf(t, p))
	}
	if err := p.Kill(); err != nil {
		t.Fatal(err)
	}
	join(t, p)
	if got := process.Inspect(p, pid); got != 0 {
		t.Errorf("after its reaping: PID %d", got)
	}
}
