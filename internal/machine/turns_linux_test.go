package machine_test

import (
	"syscall"
	"testing"

	"brood/internal/machine"
)

func TestTurns(t *testing.T) {
	p := start(t, "spins")
	turns := func() machine.Turns { return machine.TurnsOf(p.Pid) }
	glance := func() machine.Turns { return machine.GlanceOf(p.Pid) }
	if !eventually(func() bool { return turns().Ran > 0 && turns().Runnable && glance().Ran > 0 }) {
		t.Errorf("it spins: %+v, %+v", turns(), glance())
	}
	if got := turns(); got.Held || !got.Alive || !glance().Alive {
		t.Errorf("it spins: %+v", got)
	}
	signal(t, syscall.SIGSTOP, p)
	if !eventually(func() bool { return turns().Held && glance().Held }) {
		t.Errorf("stopped: %+v, %+v", turns(), glance())
	}
	stands := func() bool { // its threads stop one after the other
		before := turns().Ran
		return turns().Ran == before
	}
	if !eventually(stands) {
		t.Error("it runs, although it is stopped")
	}
	signal(t, syscall.SIGKILL, p)
	if !eventually(func() bool { return !turns().Alive && !glance().Alive }) {
		t.Errorf("a zombie: %+v, %+v", turns(), glance())
	}
	_, _ = p.Wait()
	if got := turns(); got != (machine.Turns{}) {
		t.Errorf("reaped: %+v", got)
	}
}
