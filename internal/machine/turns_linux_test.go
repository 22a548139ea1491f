package machine_test

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

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

// A process that waits for another one has the CPU time of that one, also when it has ended.
func TestTurnsOfTree(t *testing.T) {
	if _, err := os.Stat("/proc/thread-self/children"); err != nil {
		t.Skip("the kernel does not list children: ", err)
	}
	const enough = 50 * time.Millisecond
	const unit = 20 * time.Millisecond // of a child that has ended, user and system time are known in 10 ms each
	p := start(t, "waits")
	tree := func() machine.Turns { return machine.TurnsOfTree(p.Pid) }
	if !eventually(func() bool { return tree().Ran > machine.TurnsOf(p.Pid).Ran+enough+unit && tree().Runnable }) {
		t.Errorf("its child spins: %+v", tree())
	}
	var child int
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", p.Pid))
	for _, file := range files {
		text, _ := os.ReadFile(file)
		_, _ = fmt.Sscan(string(text), &child)
	}
	if child == 0 {
		t.Fatal("it has no child")
	}
	if err := syscall.Kill(child, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	if !eventually(func() bool { return machine.TurnsOf(child).Held }) || tree().Held {
		t.Errorf("its child is stopped, it is not: %+v", tree())
	}
	if err := syscall.Kill(child, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if !eventually(func() bool { return machine.TurnsOf(child) == machine.Turns{} }) {
		t.Error("nobody reaps its child")
	}
	if !eventually(func() bool { return !tree().Runnable }) { // at first it runs, because its wait has returned
		t.Error("its child has ended, and it is still runnable")
	}
	if got := tree(); got.Ran < machine.TurnsOf(p.Pid).Ran+enough {
		t.Errorf("its child has ended: %+v", got)
	}
}
