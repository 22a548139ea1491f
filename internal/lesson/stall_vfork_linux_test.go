package lesson

import (
	"fmt"
	"os"
	"slices"
	"syscall"
	"testing"
	"time"

	"brood/internal/machine"
	"brood/internal/process"
	"brood/internal/testenv"
)

// SIGTERM does not end a child that waits in vfork. SIGKILL ends it, and its own child with it.
func TestVforkIsInStateD(t *testing.T) {
	p := process.New(process.Config{Target: "stall-in-vfork", Name: stalledName, Events: true})
	pid, err := startAndHear(p)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Kill()
	if own, _ := p.PID(); pid != own {
		t.Fatalf("PID %d, want %d", pid, own)
	}
	waitInKernel(p)
	children := childrenOf(t, pid)
	if len(children) != 1 {
		t.Fatalf("children %d, want one", children)
	}
	if err := p.Terminate(); err != nil {
		t.Fatal(err)
	}
	if ended, _ := p.JoinTimeout(time.Second / 5); ended || process.Inspect(p, machine.SleepOf).State != "D" {
		t.Fatalf("after SIGTERM: ended %t, state %q; want state D", ended, process.Inspect(p, machine.SleepOf).State)
	}
	if err := p.Kill(); err != nil {
		t.Fatal(err)
	}
	if ended, _ := p.JoinTimeout(testenv.Patience); !ended {
		t.Fatal("not ended after SIGKILL")
	}
	if code, _ := p.ExitCode(); code != -int(syscall.SIGKILL) {
		t.Errorf("exit code %d, want -9", code)
	}
	if !untilEnded(children[0]) {
		t.Errorf("its child %d lives on", children[0])
	}
}

// childrenOf returns the PIDs of the living children of a process.
func childrenOf(t *testing.T, parent int) (pids []int) {
	t.Helper()
	entries, err := os.ReadDir("/proc")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		var pid int
		if _, err := fmt.Sscan(e.Name(), &pid); err != nil {
			continue
		}
		if _, ppid, ok := kernelSays(pid); ok && ppid == parent {
			pids = append(pids, pid)
		}
	}
	slices.Sort(pids)
	return pids
}
