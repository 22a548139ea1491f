package process_test

import (
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"brood/internal/process"
)

// Waiting for a child costs no thread (a blocking wait would hold one for each).
func TestChildrenCostNoThreads(t *testing.T) {
	const children = 60
	before := threads(t, os.Getpid())
	most := 0
	for range children {
		p := start(t, process.Config{Target: "hang"})
		up(t, p)
		most = max(most, threads(t, pidOf(t, p)))
	}
	if now := threads(t, os.Getpid()); now > before+runtime.NumCPU()+20 {
		t.Errorf("%d threads with %d children, %d before", now, children, before)
	}
	t.Logf("a child has %d threads at most", most)
}

func threads(t *testing.T, pid int) int {
	t.Helper()
	tasks, err := os.ReadDir("/proc/" + strconv.Itoa(pid) + "/task")
	if err != nil {
		t.Fatal(err)
	}
	return len(tasks)
}

// cpython #83716: two descriptors leaked for each process that was not closed.
func TestNoDescriptorIsLeft(t *testing.T) {
	descriptors := func() int {
		fds, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Fatal(err)
		}
		return len(fds)
	}
	run := func() {
		p := process.New(process.Config{Target: "return", Daemon: new(true), Events: true})
		if err := p.Start(); err != nil {
			t.Fatal(err)
		}
		join(t, p)
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
	}
	run() // what is there once for all children is opened
	before := descriptors()
	for range 30 {
		run()
	}
	if after := descriptors(); after > before {
		t.Errorf("%d descriptors, %d before 30 children", after, before)
	}
}

// Finish leaves neither children nor what waited for them.
func TestFinishLeavesNothing(t *testing.T) {
	for _, daemon := range []bool{false, true} {
		p := process.New(process.Config{Target: "return", Daemon: &daemon})
		if err := p.Start(); err != nil {
			t.Fatal(err)
		}
	}
	process.Finish(time.Second)
	if n := len(process.ActiveChildren()); n != 0 {
		t.Errorf("%d active children", n)
	}
	if err := goleak.Find(goleak.IgnoreTopFunction("os/signal.signal_recv"), goleak.IgnoreAnyFunction("os/signal.loop")); err != nil {
		t.Error(err)
	}
	if pid := guardianOf(os.Getpid()); pid != 0 {
		t.Errorf("the guardian %d is left", pid)
	}
}

// The limit is that of the process: lower the number of descriptors, and it is lower.
func TestLimit(t *testing.T) {
	if n, reason := process.Limit(); n < 1 || reason == "" {
		t.Errorf("limit %d by %q", n, reason)
	}
	out := said(t, start(t, process.Config{Target: "limit", Args: []string{"100"}}))
	n, reason, _ := strings.Cut(out, " ")
	if children, err := strconv.Atoi(n); err != nil || children < 1 || children > 33 || reason != "RLIMIT_NOFILE" {
		t.Errorf("with 100 descriptors: %s", out)
	}
}
