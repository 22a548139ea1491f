package machine_test

import (
	"strings"
	"syscall"
	"testing"

	"brood/internal/machine"
)

func TestSleep(t *testing.T) {
	p := start(t, "sleeps")
	sleep := func() machine.Sleep { return machine.SleepOf(p.Pid) }
	if !eventually(func() bool { got := sleep(); return got.State == "S" && got.Channel != "" }) {
		t.Errorf("asleep: %+v", sleep())
	}
	signal(t, syscall.SIGSTOP, p)
	if !eventually(func() bool { return sleep().State == "T" }) {
		t.Errorf("stopped: %+v", sleep())
	}
	signal(t, syscall.SIGKILL, p)
	if !eventually(func() bool { return sleep() == machine.Sleep{State: "Z"} }) {
		t.Errorf("a zombie: %+v", sleep())
	}
	_, _ = p.Wait()
	if got := sleep(); got != (machine.Sleep{}) {
		t.Errorf("reaped: %+v", got)
	}
}

// TestSleepInSystemCall: a thread that waits in a system call counts for more than Go's idle threads.
func TestSleepInSystemCall(t *testing.T) {
	p := start(t, "reads")
	if !eventually(func() bool {
		got := machine.SleepOf(p.Pid)
		return got.State == "S" && strings.Contains(got.Channel, "pipe_read")
	}) {
		t.Errorf("reads: %+v", machine.SleepOf(p.Pid))
	}
}
