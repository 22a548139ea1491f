package process_test

import (
	"strings"
	"syscall"
	"testing"

	"brood/internal/process"
)

func TestSleep(t *testing.T) {
	p := process.New(process.Config{Target: "hang", Events: true})
	if got := p.Sleep(); got != (process.Sleep{}) {
		t.Errorf("before the start: %+v", got)
	}
	p = start(t, process.Config{Target: "hang", Events: true})
	up(t, p)
	if !eventually(func() bool { got := p.Sleep(); return got.State == "S" && got.Channel != "" }) {
		t.Errorf("asleep: %+v", p.Sleep())
	}
	if err := p.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	if !eventually(func() bool { return p.Sleep().State == "T" }) {
		t.Errorf("stopped: %+v", p.Sleep())
	}
	if err := p.Kill(); err != nil {
		t.Fatal(err)
	}
	if !eventually(func() bool { return p.Sleep() == process.Sleep{State: "Z"} }) {
		t.Errorf("a zombie: %+v", p.Sleep())
	}
	join(t, p)
	if got := p.Sleep(); got != (process.Sleep{}) {
		t.Errorf("reaped: %+v", got)
	}
}

// The thread that waits in a system call tells more than those that Go has in reserve.
func TestSleepInSystemCall(t *testing.T) {
	p := start(t, process.Config{Target: "read", Events: true})
	up(t, p)
	if !eventually(func() bool { got := p.Sleep(); return got.State == "S" && strings.Contains(got.Channel, "pipe_read") }) {
		t.Errorf("reads: %+v", p.Sleep())
	}
}
