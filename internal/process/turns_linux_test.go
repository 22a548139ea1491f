package process_test

import (
	"syscall"
	"testing"

	"brood/internal/process"
)

func TestTurns(t *testing.T) {
	p := process.New(process.Config{Target: "spin", Args: []string{""}, Events: true})
	if got := p.Turns(); got != (process.Turns{}) || p.Glance() != got {
		t.Errorf("before the start: %+v", got)
	}
	p = start(t, process.Config{Target: "spin", Args: []string{""}, Events: true})
	if !eventually(func() bool {
		return p.Turns().Ran > 0 && p.Turns().Runnable && p.Glance().Ran > 0
	}) {
		t.Errorf("it spins: %+v, %+v", p.Turns(), p.Glance())
	}
	if got := p.Turns(); got.Held {
		t.Errorf("it spins: %+v", got)
	}
	if err := p.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	if !eventually(func() bool { return p.Turns().Held && p.Glance().Held }) {
		t.Errorf("stopped: %+v, %+v", p.Turns(), p.Glance())
	}
	stands := func() bool { // its threads stop one after the other
		before := p.Turns().Ran
		return p.Turns().Ran == before
	}
	if !eventually(stands) {
		t.Error("it runs, although it is stopped")
	}
	if err := p.Kill(); err != nil {
		t.Fatal(err)
	}
	join(t, p)
	if got := p.Turns(); got != (process.Turns{}) {
		t.Errorf("reaped: %+v", got)
	}
}
