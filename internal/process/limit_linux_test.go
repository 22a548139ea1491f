package process_test

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"brood/internal/process"
)

// A child costs its parent no thread. (A blocking wait would hold one for each child.)
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
	run() // opens what all children share
	before := descriptors()
	for range 30 {
		run()
	}
	if after := descriptors(); after > before {
		t.Errorf("%d descriptors, %d before 30 children", after, before)
	}
}

// Finish leaves no children, and no goroutine or guardian that served them.
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
	if err := goleak.Find(goleak.IgnoreTopFunction("os/signal.signal_recv"),
		goleak.IgnoreAnyFunction("os/signal.loop")); err != nil {
		t.Error(err)
	}
	if pid := guardianOf(os.Getpid()); pid != 0 {
		t.Errorf("the guardian %d is left", pid)
	}
}

// A lower limit of descriptors allows fewer children.
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

// The error names a limit that is too low for a child, with a number that would do.
func TestEnough(t *testing.T) {
	if err := process.Enough(); err != nil {
		t.Errorf("here: %v", err)
	}
	for _, c := range []struct{ resource, limit, says string }{
		{"7", "12", "RLIMIT_NOFILE is 12, and "}, // the rest depends on the open descriptors
		{"9", "614400000", "RLIMIT_AS is 600000 KiB, and 2 GiB would do"},
		{"2", "20480000", "RLIMIT_DATA is 20000 KiB, and 128 MiB would do"},
	} {
		out := said(t, start(t, process.Config{Target: "enough", Args: []string{c.resource, c.limit}}))
		if !strings.HasPrefix(out, c.says) {
			t.Errorf("%s, want %s", out, c.says)
		}
	}
}

func TestLacking(t *testing.T) {
	for err, want := range map[error]string{syscall.EMFILE: "", syscall.ENOENT: ""} {
		if got := process.Lacking(err); got != want {
			t.Errorf("%v: %q, want %q", err, got, want)
		}
	}
	out := said(t, start(t, process.Config{Target: "lacking", Args: []string{"30"}}))
	if !strings.HasPrefix(out, "RLIMIT_NOFILE is 30, and ") || !strings.HasSuffix(out, " would do") {
		t.Errorf("with 30 descriptors: %q", out)
	}
}

func init() { targets["enough"], targets["lacking"] = enough, lacking }

// enough limits the resource Args[0] to Args[1], and writes the error of Enough.
func enough(w *process.Work) error {
	resource := atoi(w.Args[0])
	var had syscall.Rlimit
	if err := syscall.Getrlimit(resource, &had); err != nil {
		return err
	}
	low := syscall.Rlimit{Cur: uint64(atoi(w.Args[1])), Max: had.Max}
	if err := syscall.Setrlimit(resource, &low); err != nil {
		return err
	}
	err := process.Enough()
	_ = syscall.Setrlimit(resource, &had) // the rest of the target needs memory
	_, writeErr := fmt.Fprint(w.Events, err)
	return writeErr
}

func lacking(w *process.Work) error {
	if err := setDescriptors(atoi(w.Args[0])); err != nil {
		return err
	}
	_, err := fmt.Fprint(w.Events, process.Lacking(syscall.EMFILE))
	return err
}
