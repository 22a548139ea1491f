//go:build unix

package process_test

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"brood/internal/process"
)

const (
	parentHolds = 128 << 20
	childHolds  = 256 << 20
)

// A child's peak leaves out the memory that it shares with its parent until its exec.
func TestPeakIsTheChilds(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs Linux, which tells a child's peak from its parent's")
	}
	got := strings.Fields(said(t, start(t, process.Config{Target: "holder"})))
	for i, row := range []struct {
		child       string
		least, most int64
	}{
		{"returns", 1 << 20, parentHolds - 1},
		{"fails", 1 << 20, parentHolds - 1},
		{"is terminated and cleans up", 1 << 20, parentHolds - 1},
		{"is killed, so its peak is unknown", 0, 0},
		{"calls os.Exit, so its peak is unknown", 0, 0},
		{"holds more than the parent", childHolds, 2 * childHolds},
		{"holds more than the parent and is killed", childHolds, 2 * childHolds},
		{"has a child that holds more", childHolds, 2 * childHolds},
	} {
		if i >= len(got) {
			t.Fatalf("got %d peaks: %q", len(got), got)
		}
		if peak := int64(atoi(got[i])); peak < row.least || peak > row.most {
			t.Errorf("a child that %s: %d bytes, want %d to %d", row.child, peak, row.least, row.most)
		}
	}
}

// holder has much memory, and writes the peaks of its children.
func holder(w *process.Work) error {
	if err := hold(parentHolds); err != nil {
		return err
	}
	for _, c := range []process.Config{
		{Target: "return"},
		{Target: "error"},
		{Target: "clean-up"},
		{Target: "raise", Args: []string{"9"}},
		{Target: "os.Exit"},
		{Target: "holds"},
		{Target: "holds", Args: []string{"killed"}},
		{Target: "has-holder"},
	} {
		peak, err := peakOf(c)
		if err != nil {
			return err
		}
		fmt.Fprintln(w.Events, peak)
	}
	return nil
}

func peakOf(c process.Config) (int64, error) {
	c.Events = true
	c.Stderr = new(strings.Builder)
	p := process.New(c)
	if err := p.Start(); err != nil {
		return 0, err
	}
	for line := range lineReader(p.Events()) {
		if line == "up" && c.Target == "clean-up" {
			_ = p.Terminate()
		}
	}
	if err := p.Join(); err != nil {
		return 0, err
	}
	exit, err := p.Exit()
	return exit.MaxRSS, err
}

// hold takes n bytes of memory that the race detector does not double.
func hold(n int) error {
	memory, err := unix.Mmap(-1, 0, n, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	for i := 0; i < len(memory); i += os.Getpagesize() {
		memory[i] = 1
	}
	return err
}

func holds(w *process.Work) error {
	if err := hold(childHolds); err != nil {
		return err
	}
	if len(w.Args) > 0 {
		return unix.Kill(os.Getpid(), unix.SIGKILL)
	}
	return nil
}

func hasHolder(*process.Work) error {
	_, err := peakOf(process.Config{Target: "holds"})
	return err
}
