package process_test

import (
	"fmt"
	"os"
	"syscall"
	"testing"

	"brood/internal/process"
)

// One guardian is enough, even where the kernel ends nothing: the daemon is dead, and its descendant does not
// hold the lifeline.
func TestOneGuardianIsEnough(t *testing.T) {
	p := start(t, process.Config{Target: "parent", Kwargs: map[string]string{"target": "closed", "daemon": "true"}})
	pids := up(t, p)
	guardians := guardiansOf(pidOf(t, p))
	if len(guardians) != 2 {
		t.Fatalf("guardians: %v", guardians)
	}
	for _, pid := range []int{guardians[0], pids["child"], pidOf(t, p)} {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	if pid := pids["descendant"]; pid == 0 || !eventually(func() bool { return gone(pid) }) {
		t.Errorf("the descendant %d is alive", pid)
	}
}

// "pkill -9 brood" goes by the name in ps, and does not find the guardians.
func TestGuardiansHaveAnotherName(t *testing.T) {
	f := startFamily(t, "", 0)
	for pid, role := range f.known {
		name, ok := map[string]string{"guardian": "guardian\n", "daemon": "brood\n"}[role]
		if ok && !eventually(func() bool {
			text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
			return string(text) == name
		}) {
			t.Errorf("a %s is not called %q", role, name)
		}
	}
}

// Stopped guardians hold nobody up: the parent does not write to them.
func TestStoppedGuardians(t *testing.T) {
	daemons := 400 // more messages than a pipe of one page holds
	if testing.Short() {
		daemons = 3
	}
	p := start(t, process.Config{Target: "stopped-guardians", Args: []string{fmt.Sprint(daemons)}})
	if pid := up(t, p)["guardian-0"]; pid == 0 || stateOf(pid) != "T" {
		t.Errorf("the guardian %d is not stopped", pid)
	}
}
